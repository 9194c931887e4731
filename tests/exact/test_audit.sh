#!/bin/bash
# An auditor that wants to know of returns puts a frame of the loader's between every caller
# and what it calls, us among that: exceptions are caught as without us, and every frame is
# followed.
set -u
root=$OUTLIVE_ROOT_DIR here=$root/tests/exact
# shellcheck disable=SC2034 # lib/recorded.sh uses them
library=$OUTLIVE_LIBRARY outlive=$OUTLIVE
. "$here/lib/recorded.sh"
gcc -O2 -fPIC -shared -o audit.so "$here/lib/audit.c" || exit 1
bad=0
for flags in -O0 -O2 "-O2 -Wl,-z,now"; do
	# shellcheck disable=SC2086 # flags are words
	g++ -g $flags -o program "$here/lib/audited.cpp" || exit 1
	LD_AUDIT=$PWD/audit.so ./program >bare.out || exit 1
	recorded env LD_AUDIT="$PWD/audit.so" ./program >recorded.out ||
		{ echo "$flags: status $?"; bad=1; }
	cmp bare.out recorded.out || bad=1
	rings_check "" || bad=1
	all_exact || bad=1
done
exit $bad
