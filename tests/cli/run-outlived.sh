#!/bin/bash
# Processes that go on after the program: waited for as long as --wait says, then named,
# and left with a ring of bounded size that nobody adds to.
say() { sed -E 's/[0-9,]+ events of/N events of/; s/\([0-9.]+ [KMG]?i?B\)/(SIZE)/; s/\([0-9]+\)/(PID)/; s/outlive\.[0-9]+\.[0-9a-f]+/outlive.X/; s/[0-9]+\.[0-9]+\.ring/PID.N.ring/' stderr; }
background='sleep "$0" >/dev/null 2>&1 & echo started'
echo "- ends within the wait"
"$OUTLIVE" run -q --wait 20 -o trace -- sh -c "$background" 0.7 2>stderr
echo "status $?"; say
echo "- goes on after it"
"$OUTLIVE" run -q --wait 0 -o trace -- sh -c "sleep 0.1; $background; sleep 0.3" 30 2>stderr
echo "status $?"; say
left=$(sed -n 's,.* kept in \([^ ]*\)/[^ /]*\,.*,\1,p' stderr)
pid=$(sed -n 's/.* still runs (\([0-9]*\)).*/\1/p' stderr)
ls "$left" | sed -E "s/^[0-9]+\.[0-9]+/PID.N/"
kill "$pid"
rm -rf "/dev/shm/outlive.${left#*/outlive.}"
echo "- Ctrl-C ends the wait"
"$OUTLIVE" run -q --wait 60 -o trace -- sh -c "$background" 30.0625 2>stderr &
ours=$!
# the process that goes on is there, and then some time for outlive to begin to wait
for ((tries = 0; tries < 300; tries++)); do
	pgrep -xf 'sleep 30.0625' >/dev/null && break
	sleep 0.1
done
sleep 2
kill -TERM $ours
wait $ours
echo "status $?"; say
pid=$(sed -n 's/.* still runs (\([0-9]*\)).*/\1/p' stderr)
kill "$pid"
left=$(sed -n 's,.* kept in \([^ ]*\)/[^ /]*\,.*,\1,p' stderr)
rm -rf "/dev/shm/outlive.${left#*/outlive.}"
echo "- followed or not"
"$OUTLIVE" run -q -o trace -- sh -c 'true; /bin/true; exec true' 2>stderr; say
"$OUTLIVE" run -q --no-follow -o trace -- sh -c '/bin/true; :' 2>stderr; say
