# yaml-cpp's own util/parse: a document is loaded, then written out again.
# shellcheck shell=bash disable=SC2034,SC2154 # of run.sh
title="yaml-cpp 0.7.0 (C++)"
workload="util/parse of 5,000 records with maps, sequences and block text"

get() { # DIRECTORY
	debian_source yaml-cpp 0.7.0+dfsg-8 \
		94bd9098d501f91c2570c8e8cb98d46bc6de7627c30e9f94ebb39dc0cd2d65c2 "$1"
}

input() { # FILE
	awk 'BEGIN {
		for (i = 1; i <= 5000; i++)
			printf "- id: %d\n  name: \"item %d of %d\"\n  tags: [alpha, beta%d, %d]\n" \
				"  at: {x: %d.%02d, y: -%d}\n  note: |\n    line one of %d\n    line two\n",
				i, i * 7919 % 1000003, i, i % 97, i % 13, i % 997, i % 100, i % 55, i
	}' >"$1"
}

build() {
	make -s -j2 -f "$here/yaml-cpp/Makefile"
}

command=(./parse ../input)
