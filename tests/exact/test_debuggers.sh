#!/bin/bash
# gdb sees the whole stack while stubs stand in it, stops at a depth of forty, and can
# finish frames over them. perf copies no memory but the stack, and reads the rest from
# the file, where a stub has no return address yet: its DWARF call graphs are whole with
# --frames=plain only, and that is what it is held to.
set -u
root=$OUTLIVE_ROOT_DIR here=$root/tests/exact
# shellcheck disable=SC2034 # lib/recorded.sh uses them
library=$OUTLIVE_LIBRARY outlive=$OUTLIVE
. "$here/lib/recorded.sh"
gcc -g -O2 -fno-builtin -D_GNU_SOURCE -I"$here/lib" -o program "$here/lib/deep.c" || exit 1
bad=0

# Every function of the recursion as often as it was called, and main.
whole() { # TEXT-FILE
	local even odd
	even=$(grep -c '\<even_frame\>' "$1") odd=$(grep -c '\<odd_frame\>' "$1")
	if [ "$even" != 20 ] || [ "$odd" != 20 ] || ! grep -q '\<main\>' "$1"; then
		echo "$1: $even even frames, $odd odd ones, main $(grep -c '\<main\>' "$1") times"
		head -n 20 "$1"
		bad=1
	fi
}

checked=0
if command -v gdb >/dev/null; then
	mkdir -p rings
	gdb -nx -batch -ex "set startup-with-shell off" -ex "set debuginfod enabled off" \
		-ex "set env OUTLIVE_DIR=$PWD/rings" -ex "set env OUTLIVE_POLICY=flight" \
		-ex "set env LD_PRELOAD=$library" -ex "break bottom" -ex run -ex bt -ex finish \
		-ex "bt 3" -ex continue --args ./program 40 0 >gdb.log 2>&1
	sed -n '/^#0 .*bottom/,/main (/p' gdb.log >gdb.txt
	whole gdb.txt
	grep -q 'outlive_stubs' gdb.txt || { echo "no stub on gdb's stack"; bad=1; }
	grep -q 'exited normally' gdb.log || { echo "gdb: 'finish' went astray"; tail gdb.log; bad=1; }
	checked=1
fi
rm -rf rings
if command -v perf >/dev/null && perf record -o probe.data -e cpu-clock true >perf.log 2>&1; then
	mkdir -p rings
	OUTLIVE_DIR=$PWD/rings OUTLIVE_POLICY=flight OUTLIVE_FRAMES=plain perf record -q \
		-o perf.data -e cpu-clock -F 500 --call-graph dwarf,16384 -- \
		env LD_PRELOAD="$library" ./program 40 200000000 >perf.log 2>&1 ||
		{ cat perf.log; bad=1; }
	perf script -i perf.data --comm program -F comm,ip,sym >script.txt 2>>perf.log
	# Stacks that stand in the loop at the bottom.
	awk -v RS= '/bottom/ { n++; even = gsub(/even_frame/, "even_frame");
		odd = gsub(/odd_frame/, "odd_frame");
		if (even == 20 && odd == 20 && /main/) whole++
		else if (!reported++) print "perf cut it short: " even "+" odd "\n" $0 }
		END { print n + 0 " samples, " whole + 0 " whole"
		exit !(n > 20 && whole >= n * 0.98) }' script.txt || bad=1
	# With stubs the program and its exit status are its own all the same.
	recorded perf record -q -o perf.data -e cpu-clock --call-graph dwarf ./program 40 20000000 \
		>perf.log 2>&1 || { cat perf.log; bad=1; }
	checked=1
fi
[ $checked = 1 ] || { echo "neither gdb nor perf works here"; exit 77; }
exit $bad
