#!/bin/bash
# Blocks that are never freed: those of a leak grow until the end, a bounded cache has as many as
# before, and what is made at the start is made once.
cat >lives.c <<'EOF'
#include <stdlib.h>
#include <time.h>
#define SLOTS 200
static void *cache[SLOTS], *table[300];
static void *volatile leaked;
__attribute__((noinline)) static void *table_make(void) { return malloc(32); }
__attribute__((noinline)) static void *cache_make(void) { return malloc(480); }
__attribute__((noinline)) static void *leak_make(void) { return malloc(24); }
int main(void)
{
	struct timespec pause = { 0, 200000 };

	for (int i = 0; i < 300; i++)
		table[i] = table_make();
	for (int i = 0; i < 2000; i++) {
		free(cache[i % SLOTS]);
		cache[i % SLOTS] = cache_make();
		leaked = leak_make();
		nanosleep(&pause, NULL);
	}
	return 0;
}
EOF
for level in -O0 -O2; do
	"${CC:-gcc}" -g $level -fno-builtin -o lives lives.c || exit 77
	"$OUTLIVE" run -q -o trace -- ./lives 2>/dev/null
	echo "with $level"
	"$OUTLIVE" report -f json trace | jq -r '(.sites[] | select(.live_kind != "") | "\(.frames[0].function) \(.live_kind)"),
		"growing \(.live_kinds.growing.blocks) steady \(.live_kinds.steady.blocks) once \(.live_kinds.once.blocks)"' | sort -u
done
COLUMNS=100 "$OUTLIVE" report trace | grep -E '^  (live at exit|  (growing|steady|once)) '
COLUMNS=100 "$OUTLIVE" report trace | sed -n "/^what is growing/,/^$/p" | sed -E "s/after [^ ]+ .?s/after T/g; s/  *lives.c.*//" |
	sed -E 's/^ .* ([0-9]+c?)  leak_make/  .. leak_make/' 
