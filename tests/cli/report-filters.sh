#!/bin/bash
# Filters: the blocks of a module, a function, a size, or one's own code, in every view; figures of
# filters that exclude each other add up to those of all blocks.
mkdir lib
cat >lib/pool.c <<'EOF'
#include <stdlib.h>
#include <sys/mman.h>
__attribute__((noipa)) void *pool_map(size_t size)
{
	return mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}
__attribute__((noipa)) void *pool_get(size_t size) { return calloc(1, size); }
__attribute__((noipa)) void *pool_grow(void *block, size_t size) { return realloc(block, size); }
EOF
cat >program.c <<'EOF'
#define _GNU_SOURCE
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
void *pool_map(size_t size);
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
	pool_map(1 << 20);
	return NULL;
}
int main(void)
{
	pthread_t thread;
	mmap(NULL, 1 << 16, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
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

# Every view with every filter, against JSON with the same filter: the line "only", the sums of the
# columns, and no function of which JSON has nothing.
filters=("--thread worker" "--module libpool.so" "--function parse" "--size ..100" "--only-mine"
	"--phase main" "--function collect --size 100..")
views=("" "--by path" "--by function" "--by module" "--by thread" "--by label" "--by owner"
	"--class escaping" "--class live-at-exit" "--sort calls" "--top 1" "--advice" "--kept" "--why FUNCTION" "-f csv")
functions=$(json | jq -r '[.sites[].frames[].function] | unique | .[] | select(test("^(parse|node|collect|pool_.*|run)$"))')
wrong() { # WHAT WHERE
	echo "wrong: $1 in report $view $filter"
	cat text
}
calls_of() { # of the table
	awk '/^by / { on = 1; next } on && !NF { exit } on && $2 ~ /B$/ && $1 ~ /^[0-9]/ { n += $3 } END { print n + 0 }' text
}
for filter in "${filters[@]}"; do
	# shellcheck disable=SC2086 # several words
	json --by function $filter >filtered
	only=$(jq -r '"  only         blocks \(.filter.text): "' filtered)
	of=$(jq -r '" of \(.filter.all.blocks) blocks, "' filtered)
	calls=$(jq .totals.allocations filtered)
	there=$(jq -r '[.sites[].frames[].function] | unique | .[]' filtered)
	absent=$(grep -vxF "$there" <<<"$functions" | paste -sd '|')
	some=$(jq -r '[.groups[] | select(.function | test("^(parse|node|collect|pool_.*)$"))][0].function' filtered)
	for view in "${views[@]}"; do
		view=${view/FUNCTION/$some}
		# shellcheck disable=SC2086 # several words
		COLUMNS=300 "$OUTLIVE" report $view $filter trace >text 2>&1 || wrong status
		grep -v '^  only  ' text >others
		[ -z "$absent" ] || ! grep -qwE "$absent" others || wrong "a function of others"
		case $view in
		"-f csv") [ "$(awk -F, '$1 ~ /^[0-9]/ { n += $2 } END { print n + 0 }' text)" = "$calls" ] || wrong calls ;;
		*) grep -qF "$only" text && grep -qF "$of" text || wrong only ;;
		esac
		case $view in "--by owner") ;; --by*) [ "$(calls_of)" = "$calls" ] || wrong calls ;; esac
		case $view in "--by function")
			jq -r ".groups[].function" filtered | while read -r name; do
				grep -qw "$name" text || wrong "no $name"
			done
			;;
		esac
	done
done
# The views of stacks and mappings have a choice of their own.
for filter in "${filters[@]}"; do
	view=--stacks
	# shellcheck disable=SC2086 # several words
	if COLUMNS=300 "$OUTLIVE" report --stacks $filter trace >text 2>&1; then
		json --stacks $filter | jq .stacks >filtered
		sed -n '/^stacks /,/^$/s/^.* \([0-9][0-9]*\)  \(program\|worker\).*/\1 /p' text | tr -d '\n' >shown
		[ "$(cat shown)" = "$(jq -j '.threads[] | "\(.tid) "' filtered)" ] || wrong threads
		sed -n '/^functions that/,/^$/p' text | awk '$1 ~ /%$/ { print $8 }' | sort >shown
		jq -r '.functions[].function' filtered | sort | cmp -s - shown || wrong functions
		grep -qF ": $(jq .thread_count filtered) of 2 threads" text || wrong only
		echo "$filter: $(grep '^  only' text), $(jq -c '[.threads[].name]' filtered)"
	else
		echo "$filter: $(sed 's/: there are .*//;q' text)"
	fi
	view=--mappings
	# shellcheck disable=SC2086 # several words
	if COLUMNS=300 "$OUTLIVE" report --mappings --by path $filter trace >text 2>&1; then
		json --mappings $filter | jq .mappings >filtered
		[ "$(awk '/^mappings by/ { on = 1 } on && !NF { exit } on && $1 ~ /^[0-9]/ { for (i = 1; i <= NF; i++) if ($i ~ /B$/) last = i; n += $(last + 1) } END { print n + 0 }' text)" = \
			"$(jq .calls filtered)" ] || wrong mappings
		echo "$filter: $(grep '^  only' text), $(jq -c '[.paths[] | [.function, .bytes]]' filtered)"
	else
		echo "$filter: $(head -n 1 text)"
	fi
done
# --why takes the number of every thread and function of --stacks, and the function's name
json --stacks | jq -r '.stacks | (.threads[] | "\(.why) \(.path[0].function)"), (.functions[] | "\(.why) \(.function)")' |
	while read -r number function; do
		"$OUTLIVE" report --why "$number" trace >text 2>&1 && grep -qw "$function" text ||
			echo "--why $number: $(head -n 1 text)"
		[ "${number%s}" != "$number" ] || "$OUTLIVE" report --why "$function" trace >text 2>&1 ||
			echo "--why $function: $(head -n 1 text)"
	done
"$OUTLIVE" report --why "$(json | jq -r '.stacks.threads[] | select(.name == "worker") | .why')" trace |
	sed -nE 's/^deepest in thread [0-9]+/deepest in thread TID/; s/  [0-9.]+ KiB in .*//p; s/^ *[0-9.]+ KiB +([0-9]+ B)  (parse|run) /\1 \2/p'
"$OUTLIVE" report --stacks --function node trace | grep -c 'node.*inlined'
for filter in "--function nosuch" "--label a=b"; do
	# shellcheck disable=SC2086 # two words
	"$OUTLIVE" report --stacks $filter trace 2>&1 | head -n 1 | sed 's/([0-9]*f)/(Nf)/g'
done
"$OUTLIVE" report --explain 1 --module libpool trace 2>&1
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
