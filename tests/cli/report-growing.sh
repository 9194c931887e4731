#!/bin/bash
# What is growing: a real leak is, whatever the level of optimisation; caches that are full, that
# are emptied now and then, or whose blocks have random sizes are not, nor is what is made late but
# in one go. What is freed before main returns is seen all the same. Figures are counted here.
cat >grows.c <<'EOC'
#include <stdlib.h>
#include <string.h>
#include <time.h>
#define STEPS 1600
static void *full[150], *emptied[400], *sizes[60], *leaks[STEPS / 4], *late[100];
static char *buffer;
static void *volatile sink;
static unsigned seed = 7;
static unsigned next(void) { return seed = seed * 1103515245 + 12345, seed >> 16 & 0x7fff; }
__attribute__((noinline)) static void *full_make(void) { return malloc(500); }
__attribute__((noinline)) static void *emptied_make(void) { return malloc(400); }
__attribute__((noinline)) static void *sizes_make(void) { return malloc(1 + next() % 2000); }
__attribute__((noinline)) static void *leak_make(void) { return malloc(24); }
__attribute__((noinline)) static void *late_make(void) { return malloc(3000); }
__attribute__((noinline)) static void grow(size_t size) { buffer = realloc(buffer, size); }
static double times[STEPS + 1];
static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}
/* What grows is asked of the clock: whether a part of the time saw its part of the steps. */
static int is_even(double part)
{
	int step = 0;

	while (times[step] < times[0] + part * (times[STEPS] - times[0]))
		step++;
	return step > (part - 0.1) * STEPS && step < (part + 0.1) * STEPS;
}
int main(int count, char **words)
{
	struct timespec pause = { 0, 1000 * atoi(words[1]) };
	int i, at = 0;

	for (i = 0; i < STEPS; i++) {
		times[i] = now();
		if (i % 6 == 0) {
			/* full after 900 of 1600 steps */
			free(full[at % 150]);
			full[at++ % 150] = full_make();
		}
		emptied[i % 400] = emptied_make();
		if (i % 400 == 399)
			for (int j = 0; j < 400; j++)
				free(emptied[j]);
		free(sizes[i % 60]);
		sizes[i % 60] = sizes_make();
		if (i % 4 == 0)
			leaks[i / 4] = leak_make();
		if (i % 100 == 99)
			grow(100 * (size_t)(i + 1));
		if (i == STEPS * 7 / 10)
			for (int j = 0; j < 100; j++)
				late[j] = late_make();
		nanosleep(&pause, NULL);
	}
	times[STEPS] = now();
	if (count > 2) { /* as an interpreter does */
		for (i = 0; i < STEPS / 4; i++)
			free(leaks[i]);
		for (i = 0; i < 100; i++)
			free(late[i]);
		for (i = 0; i < 60; i++)
			free(sizes[i]);
		for (i = 0; i < 150; i++)
			free(full[i]);
		free(buffer);
	}
	sink = words;
	return is_even(0.5) && is_even(0.75) ? 0 : 75;
}
EOC
# A busy machine runs the steps unevenly: then again, with longer ones.
record_evenly() { # [freed]
	local pause
	for pause in 150 600 2400 9600; do
		"$OUTLIVE" run -q -o trace -- ./grows $pause "$@" 2>/dev/null
		[ $? = 75 ] || return
	done
	echo "steps of $pause us were uneven, too"
}
for level in -O0 -O2; do
	"${CC:-gcc}" -g $level -fno-builtin -o grows grows.c || exit 77
	for word in '' freed; do
		# shellcheck disable=SC2086 # no word is none
		record_evenly $word
		echo "with $level $word"
		"$OUTLIVE" report -f json trace | jq -r '.growth | "freed at the end: \(.freed_at_end)",
			(.sites[] | "\(.function) \(if .function == "grow" then .end_bytes else .end_blocks end) \(.half_bytes < .end_bytes * 0.7)")'
		COLUMNS=100 "$OUTLIVE" report trace | sed -n '/^what is growing/,/^$/p' |
			sed '/^  never freed/,$d' | grep -oE 'before it freed|leak_make|(^| )grow |full_make|emptied_make|sizes_make' | sort -u | tr '\n' ' '
		echo
	done
done
"$OUTLIVE" report -f json trace | jq -c '[.growth.sites[].why] | length'
why=$("$OUTLIVE" report -f json trace | jq -r '.growth.sites[] | select(.function == "leak_make").why')
"$OUTLIVE" report --why "$why" trace | head -1
# more that grow than fit the screen: where all are, six lines in each of two tables, and a title
for i in 1 2 3 4 5 6; do
	echo "__attribute__((noinline)) static void *leak$i(void) { return malloc($i); }"
done >many.c
cat >>many.c <<'EOC'
#include <stdio.h>
int main(void)
{
	static void *all[6000];
	struct timespec pause = { 0, 100000 };

	for (int i = 0; i < 6000; nanosleep(&pause, NULL)) {
		all[i++] = leak1(), all[i++] = leak2(), all[i++] = leak3();
		all[i++] = leak4(), all[i++] = leak5(), all[i++] = leak6();
	}
	return all[0] == NULL;
}
EOC
sed -i '1i #include <stdlib.h>\n#include <time.h>' many.c
"${CC:-gcc}" -g -fno-builtin -w -o many many.c || exit 77
"$OUTLIVE" run -q -o trace -- ./many 2>/dev/null
COLUMNS=100 "$OUTLIVE" report trace | grep -o 'and 2 more; --class [a-z-]* lists them all'
COLUMNS=100 "$OUTLIVE" report --class growing trace | grep -cE ' leak[1-6]  |^ +bytes +blocks +share +--why  function$'
# nothing grows: the report says so
cat >still.c <<'EOC'
#include <stdlib.h>
int main(void)
{
	void *volatile block;

	for (int i = 0; i < 1000; i++)
		free(block = malloc(40));
	return 0;
}
EOC
"${CC:-gcc}" -g -fno-builtin -o still still.c || exit 77
"$OUTLIVE" run -q -o trace -- ./still 2>/dev/null
COLUMNS=100 "$OUTLIVE" report trace | grep '^nothing is growing'
