#!/bin/bash
# Where only the owner of a block is open, its class is known: a loop in an inlined function, in a loop
# of the function around it, may have gone on or begun anew. Both happen here, and nothing else does
# in between. Such blocks are in no list of owners, and get no advice.
unset DEBUGINFOD_URLS
export COLUMNS=100
cat >program.c <<'C'
#include <stdlib.h>
static void *volatile sink;
struct set {
	char *items;
	size_t size;
};
__attribute__((noinline)) static void grow(struct set *set)
{
	char *more = malloc(set->size += 100);

	free(set->items);
	sink = set->items = more;
}
__attribute__((always_inline)) static inline void fill(struct set *set, int count)
{
	for (int i = 0; i < count; i++)
		grow(set);
}
__attribute__((always_inline)) static inline void step(struct set *set, int nodes, int count)
{
	for (int i = 0; i < nodes; i++)
		fill(set, count);
}
__attribute__((noinline)) static void eval(int nodes, int count)
{
	struct set set = { 0 };

	step(&set, nodes, count);
	free(set.items);
}
int main(void)
{
	for (int i = 0; i < 20; i++)
		eval(i % 2 ? 1 : 50, i % 2 ? 50 : 1);
	return 0;
}
C
"${CC:-gcc}" -g -O2 -fno-builtin -o program program.c && "$OUTLIVE" run -q -o trace -- ./program || exit 1
"$OUTLIVE" report -f json trace | jq -c '.classes.escaping.blocks, .classes.open.blocks, .source_frames,
	([.sites[] | select(.frames[0].function == "grow") | .owners[]] |
		[group_by(.function)[] | [.[0].function, (map(.blocks) | add)]])'
"$OUTLIVE" report trace | grep -A 1 '^source frames'
"$OUTLIVE" report --why grow trace | grep -A 3 "^owners" && "$OUTLIVE" report --why grow trace | grep -A 1 "^advice"
