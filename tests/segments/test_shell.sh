#!/bin/bash
# shellcheck disable=SC2154 # lib.sh sets pid
# A shell that waits, and a small program.
. "$OUTLIVE_ROOT_DIR/tests/segments/lib.sh"
mkfifo fifo
start bash -c 'list=({1..20000}); read -r x <fifo; echo "${#list[@]} $x"'
hold bash "$pid"
expect "$pid" segment '.segments.heap.rss > 500000'
start sleep 1000
hold sleep "$pid"
