# ninja_lib.sh - a build of some hundred steps, for the scripts that watch ninja.
# shellcheck shell=bash
make_ninja_files() {
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
}
