#!/bin/bash
# Where the trace goes: never over what is no trace, and never by default over anything.
say() { sed -E 's/[0-9,]+ events of/N events of/; s/\([0-9.]+ [KMG]?i?B\)/(SIZE)/; s/\.[0-9]+\.outlive/.PID.outlive/' stderr; }
"$OUTLIVE" run -q -- true 2>stderr; echo "status $?"; say
for file in true.*.outlive; do stat -c '%a' "$file"; done
"$OUTLIVE" run -q -o trace -- true 2>stderr; echo "status $?"; say
"$OUTLIVE" run -q -o trace -- true 2>stderr; echo "again: status $?"; say
echo precious >notes
"$OUTLIVE" run -q -o notes -- touch started 2>stderr; echo "status $?"; say
cat notes
"$OUTLIVE" run -q -o /dev/null -- touch started 2>stderr; echo "status $?"; say
"$OUTLIVE" run -q -o no/such/trace -- touch started 2>stderr; echo "status $?"; say
"$OUTLIVE" run -q -o "$(printf 'odd \033name')" -- true 2>stderr; echo "status $?"; say | cat -v
"$OUTLIVE" run --ring 100K -- touch started 2>stderr; echo "status $?"; say
"$OUTLIVE" run --ring 100G -- touch started 2>stderr; echo "status $?"; say
[ ! -e started ] || echo "started"
exit 0
