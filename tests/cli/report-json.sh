#!/bin/bash
# Every key of the JSON report is in its man page, and every key of the page is in a report.
page=$OUTLIVE_ROOT_DIR/doc/outlive-report-json.5
cat >program.c <<'EOF'
#include <stdlib.h>
static void *volatile sink;
__attribute__((noinline)) static void *xalloc(void) { return malloc(8); }
int main(void)
{
	for (int i = 0; i < 100; i++)
		free(sink = xalloc());
	return 0;
}
EOF
"${CC:-gcc}" -g -fno-builtin -o program program.c || exit 77
"$OUTLIVE" run -q -o trace -- ./program >/dev/null 2>&1
"$OUTLIVE" report --format json --by function trace >json || exit 1
# but the depths of escape_depths, which are numbers
jq -r '[paths | map(strings) | .[] | select(test("^[0-9]+$") | not)] | unique[]' json | sort -u >printed
sed -n 's/^\.It Va //p' "$page" | tr -d ' ' | tr ',' '\n' | sort -u >documented
comm -3 printed documented
jq -r .schema json
