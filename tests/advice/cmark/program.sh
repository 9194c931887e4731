# cmark: a document of Markdown becomes HTML.
# shellcheck shell=bash disable=SC2034,SC2154 # of run.sh
title="cmark 0.30.2 (C)"
workload="a document of 6,000 sections with lists, links, images and code"

get() { # DIRECTORY
	debian_source cmark 0.30.2-6 \
		ba2b32318538b710166cfa2b256b0c8dc9eab6b2d68de3027cff53ce2639cb99 "$1"
}

input() { # FILE
	awk 'BEGIN {
		for (i = 1; i <= 6000; i++) {
			printf "# Section %d of *many*\n\nText with **strong %d** and `code %d`, ", i, i, i
			printf "a [link %d](http://example.com/%d \"title %d\"), ", i, i, i
			printf "an ![image](picture%d.png).\nMore & entities &amp; <b>html</b>, [ref%d].\n\n",
				i % 100, i
			printf "* item one of %d\n* item two\n    * nested _item_\n\n> quoted %d\n\n", i, i
			printf "```c\nint f%d(void);\n```\n\n[ref%d]: http://example.org/%d \"Title %d\"\n\n",
				i, i, i, i
		}
	}' >"$1"
}

# What cmake would make of the three headers.
build() {
	if ! [ -e src/cmark_export.h ]; then
		sed 's/#cmakedefine/#define/' src/config.h.in >src/config.h
		sed 's/@PROJECT_VERSION[A-Z_]*@/0/g' src/cmark_version.h.in >src/cmark_version.h
		printf '#define CMARK_EXPORT\n#define CMARK_NO_EXPORT\n' >src/cmark_export.h
	fi
	make -s -j2 -f "$here/cmark/Makefile"
}

command=(./cmark --unsafe ../input)
