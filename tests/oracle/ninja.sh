#!/bin/bash
# ninja, in C++: containers and strings everywhere, and children that it spawns.
# shellcheck disable=SC2154 # lib.sh sets them
. "$OUTLIVE_ROOT_DIR/tests/oracle/lib.sh"
fetch ninja-build
mapfile -t sources < <(find ninja-build/src -name '*.cc' | grep -vE 'test|win32|msvc|browse|perf|bench|[.]in[.]cc')
g++ "${hook_flags[@]}" -std=c++17 -o ninja.hooked "${sources[@]}" \
	"${oracle_libs[@]}" || exit 1
awk 'BEGIN {
	print "builddir = .\nflags = -O2 $\n  -g\nrule copy\n  command = cp $in $out\n" \
		"  description = COPY $out\nrule join\n  command = cat $in >$out\n  depfile = $out.d"
	for (i = 1; i <= 400; i++) {
		printf "build out/%d/file.o: copy out/%d/file.o | script.ninja || order\n", i, i - 1
		printf "  flags = ${flags} -DNUMBER=%d\n", i
	}
	print "build order: phony"
	printf "build all: join"
	for (i = 1; i <= 400; i += 7) printf " out/%d/file.o", i
	print "\nbuild always: phony"
	for (i = 1; i <= 20; i++) printf "build spawned%d: copy out/0/file.o | always\n", i
	printf "build some: phony"
	for (i = 1; i <= 20; i++) printf " spawned%d", i
	print "\ndefault all"
}' >build.ninja
mkdir -p out/0 && echo text >out/0/file.o && cp build.ninja script.ninja
watch dry ./ninja.hooked -n -v
watch targets ./ninja.hooked -t targets all
watch commands ./ninja.hooked -t compdb
watch real ./ninja.hooked -j 1 some
watch query ./ninja.hooked -t query out/7/file.o
