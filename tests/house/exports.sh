#!/bin/bash
# exports.sh LIBRARY MAP - fail unless LIBRARY exports exactly the names that MAP lists and
# needs nothing but libc. A library that exported more, or brought a library along, would
# replace functions of the program it was preloaded into.
set -eu
library=$1 map=$2

allowed=$(tr -s '{};: \t' '\n' <"$map" |
	grep -E '^[A-Za-z_][A-Za-z0-9_]*$' | grep -vxE 'global|local' | sort -u)
exported=$(nm -D --defined-only "$library" |
	awk '$2 != "A" { sub(/@.*/, "", $3); print $3 }' | sort -u)
extra=$(comm -13 <(echo "$allowed") <(echo "$exported"))
if [ -n "$extra" ]; then
	echo "$library: exports names that $map does not list:" $extra >&2
	exit 1
fi
missing=$(comm -23 <(echo "$allowed") <(echo "$exported"))
if [ -n "$missing" ]; then
	echo "$library: does not export names that $map lists:" $missing >&2
	exit 1
fi

needed=$(readelf -dW "$library" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' |
	grep -vxE 'libc\.so\.6|ld-linux-.*' || true)
if [ -n "$needed" ]; then
	echo "$library: needs" $needed "- a preload may need libc only" >&2
	exit 1
fi
