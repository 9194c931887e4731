#!/bin/bash
# ninja: containers and strings everywhere.
. "$OUTLIVE_ROOT_DIR/tests/oracle/source_lib.sh"
. "$OUTLIVE_ROOT_DIR/tests/oracle/ninja_lib.sh"
fetch ninja-build
mapfile -t sources < <(find ninja-build/src -name '*.cc' | grep -vE 'test|win32|msvc|browse|perf|bench|[.]in[.]cc')
build_both ninja "${sources[@]}" -- -std=c++17
make_ninja_files
hold dry -n -v
hold targets -t targets all
hold commands -t compdb
hold query -t query out/7/file.o
