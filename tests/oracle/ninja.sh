#!/bin/bash
# ninja, in C++: containers and strings everywhere, and children that it spawns.
# shellcheck disable=SC2154 # machine_lib.sh sets them
. "$OUTLIVE_ROOT_DIR/tests/oracle/machine_lib.sh"
. "$OUTLIVE_ROOT_DIR/tests/oracle/ninja_lib.sh"
fetch ninja-build
mapfile -t sources < <(find ninja-build/src -name '*.cc' | grep -vE 'test|win32|msvc|browse|perf|bench|[.]in[.]cc')
g++ "${hook_flags[@]}" -std=c++17 -o ninja.hooked "${sources[@]}" \
	"${oracle_libs[@]}" || exit 1
make_ninja_files
watch dry ./ninja.hooked -n -v
watch targets ./ninja.hooked -t targets all
watch commands ./ninja.hooked -t compdb
watch real ./ninja.hooked -j 1 some
watch query ./ninja.hooked -t query out/7/file.o
