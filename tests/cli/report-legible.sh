#!/bin/bash
# No legend is cut at 80 columns, a tree says what it leaves out and how to see it, the recorder's
# own frames are in no path, and sizes do not contradict each other.
{
	cat <<'END'
#include <pthread.h>
#include <stdlib.h>
static void *idle(void *unused) { return unused; }
static __attribute__((noinline)) void *make(size_t size) { return malloc(size); }
END
	for ((i = 0; i < 30; i++)); do
		echo "static __attribute__((noinline)) void caller_$i(void) { free(make(100000)); }"
	done
	cat <<'END'
static __attribute__((noinline)) void *grow(void *block, size_t size)
{
	return realloc(block, size);
}
int main(void)
{
	pthread_t thread;
	for (size_t i = 1; i < 5; i++) {
		void *block = make(12);
		for (size_t size = 20; size < 20 + 100 * i * i; size += 50)
			block = grow(block, size);
		free(block);
	}
	pthread_create(&thread, NULL, idle, NULL);
	pthread_join(thread, NULL);
END
	for ((i = 0; i < 30; i++)); do echo "	caller_$i();"; done
	echo '	return 0;'
	echo '}'
} >program.c
gcc -O0 -g -pthread -o program program.c || exit 1
"$OUTLIVE" run -q -o trace -- ./program 2>/dev/null

echo "cut legends: $(COLUMNS=80 "$OUTLIVE" report trace | sed -n '/^  class /,/^$/p' | grep -c '\.\.$')"
# What pthread_create() allocates, through a hook; a stripped libc has no name for where.
thread=$("$OUTLIVE" report --format json trace |
	jq -r '[.sites[] | select(any(.frames[].function; test("^_*pthread_create"))).why][0]')
for view in '--by path --top 0' '--format csv' "--why $thread" '--explain 1'; do
	# shellcheck disable=SC2086
	echo "${view/$thread/THREAD}: $("$OUTLIVE" report $view trace | grep -cE 'hook_|liboutlive') of ours"
done
# (that the frame of a hook takes room on a stack is no secret: .stacks)
"$OUTLIVE" report --format json trace | jq '[.sites[] | tostring | select(test("hook_|liboutlive"))] | length'
"$OUTLIVE" report --format csv trace | grep -oE 'main;_*pthread_create' | sed 's/_*pthread/pthread/'
"$OUTLIVE" report --why make trace | grep 'more branches'
"$OUTLIVE" report --by path --top 0 trace | grep -c 'more branch'
"$OUTLIVE" report --by path --top 0 trace | sed -n '/^call tree/,/^$/p' | grep -c 'caller_'
cat >alone.c <<'END'
#include <stdlib.h>
int main(void)
{
	for (size_t i = 1; i < 9; i++)
		free(realloc(malloc(12), 100 * i));
	return 0;
}
END
gcc -O0 -g -o alone alone.c || exit 1
"$OUTLIVE" run -q -o trace -- ./alone 2>/dev/null
"$OUTLIVE" report --why 1 trace | grep -E '^  (size|grew to|unbounded|largest size) '
