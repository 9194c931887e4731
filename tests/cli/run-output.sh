#!/bin/bash
# Where the trace goes: never over what is no trace, and never by default over anything.
say() { sed -E 's/[0-9,]+ events of/N events of/; s/\([0-9.]+ [KMG]?i?B\)/(SIZE)/; s/\.[0-9]+\.outlive/.PID.outlive/; s/\(pid [0-9]+\)/(pid PID)/' stderr; }
"$OUTLIVE" run -q -- true 2>stderr; echo "status $?"; say
for file in true.*.outlive; do stat -c '%a' "$file"; done
"$OUTLIVE" run -q -o trace -- true 2>stderr; echo "status $?"; say
"$OUTLIVE" run -q -o trace -- true 2>stderr; echo "again: status $?"; say
echo precious >notes
"$OUTLIVE" run -q -o notes -- touch started 2>stderr; echo "status $?"; say
cat notes
# no file at all: a device of our own, for a mistake here would take away the machine's
mknod null c 1 3 2>/dev/null || ln -s /dev/null null
"$OUTLIVE" run -q -o null -- touch started 2>stderr; echo "status $?"; say
"$OUTLIVE" run -q -o no/such/trace -- touch started 2>stderr; echo "status $?"; say
"$OUTLIVE" run -q -o "$(printf 'odd \033name')" -- true 2>stderr; echo "status $?"; say | cat -v
for size in 100K 100G 999T 99999999999999999999 64MB 1.5G; do
	"$OUTLIVE" run --ring $size -- touch started 2>stderr; echo "status $?"; say
done
# One run at a time: the others leave the file alone, and start nothing. AddressSanitizer, where
# `outlive` is built with it, otherwise ends on a library before its own.
ASAN_OPTIONS=verify_asan_link_order=0 "$OUTLIVE" run -q -o shared -- sh -c '"$0" run -q -o shared -- touch started 2>inner; echo "status $?"' \
	"$OUTLIVE" 2>stderr; say | sed -E 's/ of [2-9].* in/ of N processes in/'; mv inner stderr; say
"$OUTLIVE" info shared | sed -n 2,3p | grep -c complete
"$OUTLIVE" run -q -o shared -- true 2>stderr; echo "afterwards: status $?"
[ ! -e started ] || echo "started"
exit 0
