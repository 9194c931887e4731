#!/bin/bash
# Every key of the JSON report is in its man page, and every key of the page is in a report.
page=$OUTLIVE_ROOT_DIR/docs/man/outlive-report-json.5
cat >program.c <<'EOF'
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
static void *volatile sink;
__attribute__((noinline)) static void *xalloc(void) { return malloc(8); }
__attribute__((noinline)) static void *kept(void) { free(sink); return malloc(40); }
int main(void)
{
	for (int i = 0; i < 100; i++)
		free(sink = xalloc());
	sink = NULL;
	mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	for (int i = 0; i < 10; i++)
		sink = kept();
	/* long enough for the snapshot at its end, which may take a hundredth of the run */
	nanosleep(&(struct timespec){ .tv_nsec = 200000000 }, NULL);
	return 0;
}
EOF
"${CC:-gcc}" -g -fno-builtin -o program program.c || exit 77
"$OUTLIVE" run -q -o trace -- ./program >/dev/null 2>&1
echo leak:kept >suppressions
"$OUTLIVE" report --format json --by function --suppressions suppressions trace >json || exit 1
"$OUTLIVE" report --format json --by owner trace >owner || exit 1
cat >crash.c <<'EOF'
int main(void) { *(volatile char *)0 = 1; }
EOF
"${CC:-gcc}" -g -o crash crash.c || exit 77
"$OUTLIVE" run -q -o trace-crash -- ./crash >/dev/null 2>&1
"$OUTLIVE" report --format json trace-crash >crashed || exit 1
"$OUTLIVE" run -q --sample 1 -o trace-sample -- ./program >/dev/null 2>&1
"$OUTLIVE" report --format json --by function trace-sample >sampled || exit 1
"$OUTLIVE" run -q --flight -o trace-flight -- ./program >/dev/null 2>&1
"$OUTLIVE" report --format json --by function trace-flight >flight || exit 1
# but the depths of escape_depths, which are numbers
jq -rn '[inputs | paths | map(strings) | .[] | select(test("^[0-9]+$") | not)] | unique[]' json owner crashed sampled flight | sort -u >printed
# GO HEAP needs a program of Go: tests/go/test_heap.sh holds its keys to the page.
sed '/^\.Sh GO HEAP/,/^\.Sh MAPPINGS/d' "$page" | sed -nE '/^\.It Va cuts/,/^\.It Va drained/s/^\.Va ([a-z_]+) :$/\1/p
	s/^\.It Va //p' | tr -d ' ' | tr ',' '\n' |
	sort -u >documented
comm -3 printed documented
jq -r .schema json
# the same owners as the text has
jq -r '"\(.by) \(.owner_count == (.owners | length))"' owner
jq -r '.owners[] | select(.function == "main") | "\(.blocks) \(.bytes) \(.passed_up) \(.most_from.function)"' owner
jq -r '.owners[].function' owner >json-names
"$OUTLIVE" report --by owner --top 0 trace | sed -nE '/^by owner/,/^$/s/^ *[0-9.]+ [KMG]?i?B .*%  +[0-9]+f  ([^ ]*)  most .*/\1/p' | cmp - json-names
"$OUTLIVE" report --format json --by owner --top 1 trace | jq '.owners | length'
