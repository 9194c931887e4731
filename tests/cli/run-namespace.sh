#!/bin/bash
# Two processes that are both pid 1 of a namespace: each is recorded to its end, neither
# is taken for an exec of the other, and no ring is left.
unshare -pf true 2>/dev/null || { echo "no new pid namespaces here"; exit 77; }
"$OUTLIVE" run -q --wait 10 -o trace -- sh -c \
	'unshare -pf sh -c "sleep 0.5; :" & sleep 0.2; unshare -pf sh -c "sleep 0.5; :"; wait' \
	2>stderr
echo "status $?: $(grep -c warning stderr) warnings"
"$OUTLIVE" info -f json trace |
	jq -c '.processes[] | select(.pid == 1) | [.executable, .events > 0, .lost.events]'
