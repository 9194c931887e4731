#!/bin/bash
# shellcheck disable=SC2154 # lib.sh sets pid
# Parts of a heap above guards are no stacks, seen from outside and as a recorded process sees
# itself; stacks of ended threads, which wait for the next ones, are.
. "$OUTLIVE_ROOT_DIR/tests/segments/lib.sh"
gcc -O1 -pthread -o guarded "$OUTLIVE_ROOT_DIR/tests/segments/guarded.c" || exit 1

start ./guarded stay >output
await grep -q ready output
hold "parts above guards" "$pid"
# Four stacks of 8 MiB, two of them in use, and 16 parts of 1 MiB that are in memory. The stack of
# the main thread may be large, but has less than the 8 MiB of its limit: parts that are taken for
# stacks are 16 MiB, and a stack that is taken for a part is 8 MiB.
expect "$pid" segment '.segments.other.rss >= 16777216 and .segments.other.rss < 20971520 and
	.segments.stack.size >= 33554432 and .segments.stack.rss < 3145728 + 8388608'
kill "$pid"

"$OUTLIVE" run -q -o t.outlive -- ./guarded </dev/null >/dev/null || complain "run: status $?"
"$OUTLIVE" segments -f json t.outlive >t.json
jq -e '.pictures[-1] | .reason == "end" and .rss > 16777216 and
	.sizes.other >= 16777216 and .sizes.other < 20971520 and
	.sizes.stack >= 33554432 and .sizes.stack < 33554432 + 8388608' t.json >/dev/null ||
	complain "recorded: $(jq -c '.pictures[-1].sizes' t.json)"
