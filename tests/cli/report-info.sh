#!/bin/bash
# What was recorded, and what was lost and why.
cp "$OUTLIVE_ROOT_DIR/tests/golden/v1.0/sample.outlive" .
export COLUMNS=80 TZ=UTC
"$OUTLIVE" info sample.outlive
echo "=== cut short"
head -c 700 sample.outlive >cut.outlive
"$OUTLIVE" info cut.outlive
echo "=== damaged"
cp sample.outlive damaged.outlive
printf '\377' | dd of=damaged.outlive bs=1 seek=620 conv=notrunc 2>/dev/null
"$OUTLIVE" info damaged.outlive
echo "=== json"
"$OUTLIVE" info --format json damaged.outlive | jq -c '[.schema, .kind, .complete,
	.problem_count, (.processes[] | [.pid, .events, .lost.events])]'
