#!/bin/bash
# Which process is shown unasked: what the first one became by exec, however much a child
# allocated. And a trace of which no event is left is refused; one with a bad chunk is not
# complete.
"$OUTLIVE" run -q -o trace -- sh -c 'ls -lR /usr/include >/dev/null; exec ls /' \
	>/dev/null 2>&1
"$OUTLIVE" report trace | head -1 | cut -d' ' -f1-2
sample=$OUTLIVE_ROOT_DIR/tests/golden/v1.0/sample.outlive
bytes=$(stat -c %s "$sample")
"$OUTLIVE" report -f json "$sample" | jq -c '[.complete, .lost.damaged > 0]'
for cut in 200 400 700; do
	head -c $cut "$sample" >'cut'
	"$OUTLIVE" report cut >stdout 2>stderr
	echo "$cut: $? $(grep -c 'nothing is left' stderr) $(wc -l <stderr)"
done
for ((at = 300; at < bytes; at += 50)); do
	cp "$sample" bad
	printf '\377\377\377\377' | dd of=bad bs=1 seek=$at conv=notrunc 2>/dev/null
	"$OUTLIVE" report -f json bad 2>/dev/null |
		jq -c 'select(.lost.damaged > 0) | [.complete, .lost.damaged > 0]'
done | sort -u
# the lines of a script are one line
"$OUTLIVE" run -q -o script.trace -- sh -c $'true\n\ttrue' 2>/dev/null
"$OUTLIVE" report script.trace | grep -o "^sh -c 'true  true'"
