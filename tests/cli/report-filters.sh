#!/bin/bash
# Filters: the blocks of a module, a function, a size, or one's own code, in every view; figures of
# filters that exclude each other add up to those of all blocks.
mkdir lib
cat >lib/pool.c <<'EOF'
#include <stdlib.h>
__attribute__((noipa)) void *pool_get(size_t size) { return calloc(1, size); }
__attribute__((noipa)) void *pool_grow(void *block, size_t size) { return realloc(block, size); }
EOF
cat >program.c <<'EOF'
#define _GNU_SOURCE
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
void *pool_get(size_t size);
void *pool_grow(void *block, size_t size);
static void *volatile kept[64];
static inline void *node(int i) { return malloc(24 + (size_t)(i % 3)); }
__attribute__((noipa)) static void parse(int n)
{
	for (int i = 0; i < n; i++)
		kept[i] = node(i);
	for (int i = 0; i < n; i++)
		free(kept[i]);
}
__attribute__((noipa)) static void collect(void)
{
	char *text = strdup("grows, wherever it does");
	kept[63] = pool_grow(text, 5000);
	kept[62] = pool_get(300);
	kept[61] = pool_get(300);
	free(kept[61]);
}
static void *run(void *number)
{
	pthread_setname_np(pthread_self(), "worker");
	parse((int)(long)number);
	return NULL;
}
int main(void)
{
	pthread_t thread;
	parse(30);
	pthread_create(&thread, NULL, run, (void *)10L);
	pthread_join(thread, NULL);
	collect();
	return kept[63] == NULL;
}
EOF
gcc -g -O1 -fno-builtin -shared -fPIC -o lib/libpool.so lib/pool.c &&
	gcc -g -O1 -fno-builtin -pthread -o program program.c -Llib -lpool -Wl,-rpath,"$PWD/lib" || exit 77
"$OUTLIVE" run -q -o trace -- ./program 2>/dev/null
json() { # OPTION..
	"$OUTLIVE" report --format json --top 0 "$@" trace
}
totals() { # OPTION..
	json "$@" | jq -r '"\(.filter.text): \(.filter.chosen.blocks) blocks, \(.totals | "\(.allocations) \(.bytes) \(.frees) \(.live_bytes), peak \(.peak_bytes)"), timeline \([.timeline.live_bytes_max[]] | max)"'
}
totals --function parse
totals --function 'parse()' --size 24
totals --function parse --thread worker --size 25..
totals --module libpool
totals --module program --function 'co*' --phase main
totals --function collect
totals --only-mine --mine lib
totals --size ..100 --only-mine --mine program.c
totals --size 7777

# VALUE..: filters of this option that exclude each other add up to the whole
sums='{blocks: .filter.chosen.blocks, t: [.totals | .allocations, .bytes, .frees, .reallocs, .callocs, .temporary, .live_blocks, .live_bytes], c: [.classes[].blocks], s: ([.sites[] | {n: .site, b: .bytes}] | sort_by(.n))}'
json | jq -c "$sums | .blocks, .t, .c, .s" >whole
for option in size module thread; do
	case $option in
	size) values='0..24 25..299 300 301..' ;;
	module) values='/program libpool libc.so ld-linux' ;;
	thread) values=$(json | jq '.threads[].tid') ;;
	esac
	for value in $values; do
		json "--$option" "$value" 2>/dev/null | jq -c "$sums"
	done | jq -sc '([.[].blocks] | add), ([.[].t] | transpose | map(add)), ([.[].c] | transpose | map(add)), ([.[].s[]] | group_by(.n) | map({n: .[0].n, b: (map(.b) | add)}))' >parts
	cmp whole parts && echo "by $option: all"
done

for view in "" "--by path" "--by function" "--by module" "--by thread" "--by owner" "--class escaping" \
	"--why pool_get" "--sort calls" "-f csv"; do
	# shellcheck disable=SC2086 # several words
	COLUMNS=150 "$OUTLIVE" report $view --module libpool.so trace >text 2>&1
	echo "${view:-overview}: $(grep -o '  only .*' text), of others $(grep -c 'parse\|strdup' text)"
done
"$OUTLIVE" report --explain 1 --module libpool trace 2>&1
"$OUTLIVE" report --stacks --size 24 trace 2>&1 | head -1
# a filter that leaves nothing of a wrapper leaves nothing to choose from
"$OUTLIVE" report --wrapper pool_get --size 7777 --why pool_get trace 2>&1
echo "status $?"
"$OUTLIVE" report --size 9..1 trace 2>&1 | head -1
"$OUTLIVE" report --size .. trace 2>&1 | head -1
"$OUTLIVE" report --module nothing trace 2>&1
"$OUTLIVE" report --module lib trace 2>&1
echo "status $?"
"$OUTLIVE" report --function pool trace 2>&1 | sed 's/([0-9]*f)/(Nf)/g'
"$OUTLIVE" report --function nosuch trace 2>&1
"$OUTLIVE" report --thread work trace | grep -o '  only .*'
"$OUTLIVE" report --phase mai trace | grep -o '  only .*'
"$OUTLIVE" report --phase i trace 2>&1
# what was allocated in a phase is not filtered, and not shown then
for filter in '' '--thread worker' '--phase main'; do
	# shellcheck disable=SC2086 # two words
	COLUMNS=200 "$OUTLIVE" report --advice $filter trace | grep '^  phases ' >phases
	echo "phases '$filter': $(grep -cE ' [0-9.]+ [a-z]+[;,]? .*main' phases), $(grep -c ' call\|nothing' phases)"
done
true
