#!/bin/bash
# What the report of a known trace looks like on a narrow screen.
sample=$OUTLIVE_ROOT_DIR/tests/golden/v1.0/sample.outlive
export COLUMNS=80 LC_ALL=C
"$OUTLIVE" report "$sample"
for by in site function module thread; do
	echo "=== $by"
	"$OUTLIVE" report --by $by --process 0 "$sample" | sed -n '/^by /,/^other/p'
done
for sort in calls peak live; do
	echo "=== $sort"
	"$OUTLIVE" report --sort $sort --top 2 "$sample" | sed -n '/^by /,/more/p'
done
echo "=== pid"
"$OUTLIVE" report --pid 4322 "$sample"
