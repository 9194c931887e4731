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
echo "=== complete or not"
at() { # BYTE: of a trace that is damaged there
	cp sample.outlive bad.outlive
	printf '\377' | dd of=bad.outlive bs=1 seek="$1" conv=notrunc 2>/dev/null
	"$OUTLIVE" info -f json bad.outlive | jq -r '"\(.complete) \(.problem_count)"' | tr '\n' ' '
	"$OUTLIVE" info bad.outlive | sed -n 3p
}
for where in 620 1040 1240 64 1430; do at $where; done
"$OUTLIVE" info -f json sample.outlive | jq -c '[.complete, .problem_count]'
"$OUTLIVE" info -f json cut.outlive | jq -c '[.complete, .problem_count]'
# No damage that info or report finds goes with a trace that is called complete.
bytes=$(stat -c %s sample.outlive)
for ((byte = 64; byte < bytes; byte += 29)); do
	cp sample.outlive bad.outlive
	printf '\000\377\000' | dd of=bad.outlive bs=1 seek=$byte conv=notrunc 2>/dev/null
	"$OUTLIVE" info -f json bad.outlive >json 2>/dev/null || continue
	"$OUTLIVE" info bad.outlive >text
	"$OUTLIVE" report bad.outlive >/dev/null 2>reported
	expected=$(jq '.problem_count == 0 and ([.processes[].lost.damaged] | add) == 0' json)
	[ ! -s reported ] || expected=false
	reported=$(grep -c '^  complete: ' text)
	[ "$(jq .complete json) $reported" = "$expected $([ "$expected" = true ] && echo 1 || echo 0)" ] ||
		echo "byte $byte: $(jq -c '[.complete, .problems]' json) $(sed -n 3p text)"
done
