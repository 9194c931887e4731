#!/bin/bash
# Installed where the loader's list of libraries would be split: recorded all the same,
# and nothing is left behind.
for place in "with a space" with:colon; do
	mkdir "$place"
	cp "$OUTLIVE" "${OUTLIVE%/*}/liboutlive.so" "$place"
	"./$place/outlive" run -q -o trace -- sh -c '/bin/true; exec true' 2>stderr
	echo "status $?: $(sed -E 's/[0-9,]+ events/N events/; s/ \(.*//' stderr)"
done
