#!/bin/bash
# Two calls in one line that grow are one row with the sums of both, and --why takes each of them.
cat >lines.c <<'EOF'
#include <stdlib.h>
#include <unistd.h>
static void *kept[1200];
__attribute__((noinline)) static void add(int i)
{
	kept[3 * i] = malloc(1024); kept[3 * i + 1] = malloc(512);
	kept[3 * i + 2] = malloc(256);
}
int main(void)
{
	for (int i = 0; i < 400; i++) {
		add(i);
		usleep(500);
	}
	return kept[0] == NULL;
}
EOF
"${CC:-gcc}" -g -O1 -fno-builtin -o lines lines.c || exit 77
"$OUTLIVE" run -q -o trace -- ./lines 2>/dev/null
COLUMNS=100 "$OUTLIVE" report trace | sed -n '/^what is growing/,/^$/p' | grep -A 1 'lines.c:' | sed '/^$/d' >rows
sed -E 's/ [0-9.]+ KiB/ SIZE/; s/[0-9.]+ [KM]iB +[0-9]+c/RATE WHY/; s/[0-9]+c/WHY/; s/ +/ /g' rows
for why in $(grep -oE '\b[0-9]+c\b' rows); do
	"$OUTLIVE" report --why "$why" trace | grep -oE '400 blocks?|[0-9.]+ B each|of (256|512|1,024) B' | head -n 1
done
# JSON has each call
"$OUTLIVE" report -f json trace | jq -c '[.growth.sites[] | select(.function == "add") | [.line, .end_bytes]]'
