#!/bin/bash
# Installed where the loader's list of libraries would be split: recorded all the same,
# and nothing is left behind.
wait_for() { # FILE: ten seconds at most
	for _ in $(seq 500); do [ -e "$1" ] && return; sleep 0.02; done
	echo "$1 never came"
}
for place in "with a space" with:colon; do
	mkdir "$place"
	cp "$OUTLIVE" "${OUTLIVE%/*}/liboutlive.so" "$place"
	"./$place/outlive" run -q -o trace -- sh -c '/bin/true; exec true' 2>stderr &
	wait $!
	echo "status $?: $(sed -E 's/[0-9,]+ events/N events/; s/ \(.*//' stderr)"
	ls -d /dev/shm/outlive.$!.* 2>/dev/null
done
# What goes on without outlive starts programs that still have the library to load: the
# loader would say on their stderr that it is not there.
"./with a space/outlive" run -q --wait 0 -o trace -- sh -c '
	sh -c "while [ ! -e go ]; do sleep 0.05; done; sleep 0; exec sh -c \"echo; : >over\"" >reported 2>&1 &
	sleep 0.3' 2>stderr &
ours=$!
wait $ours
: >go
wait_for over
echo "- later: $(tr -d '\n' <reported)"
ls -d /dev/shm/outlive.$ours.* | sed 's/.*[.]//'
rm -r "/dev/shm/outlive.$ours".*
