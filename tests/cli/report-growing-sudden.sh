#!/bin/bash
# What is made in one go late in main, and is most of the events, is not growing; the screen says
# that there is more of it at the end than at half.
cat >sudden.c <<'EOC'
#include <stdlib.h>
#include <time.h>
static void *keep[3000];
static void *volatile sink;
static void work(int steps)
{
	struct timespec pause = { 0, 5000000 };

	while (steps--) {
		free(sink = malloc(10));
		nanosleep(&pause, NULL);
	}
}
__attribute__((noinline)) static void fill(void)
{
	for (int i = 0; i < 3000; i++)
		keep[i] = malloc(300);
}
int main(void)
{
	work(120);
	fill();
	work(60);
	return keep[7] == NULL;
}
EOC
"${CC:-gcc}" -g -O1 -fno-builtin -o sudden sudden.c || exit 77
"$OUTLIVE" run -q -o trace -- ./sudden 2>/dev/null
COLUMNS=200 "$OUTLIVE" report trace | grep -oE 'nothing is growing.*|^  never freed, but.* \(once'| sed -E 's/ [0-9.]+ KiB//g'
"$OUTLIVE" report -f json trace | jq -r '.sites[] | select(.frames[0].function == "fill").live_kind'
