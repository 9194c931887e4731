#!/bin/bash
# Live blocks that were never touched are not in memory: they are not taken for a part of the heap
# that is, where the pages of the heap were read while the same blocks lived; elsewhere what is kept
# is "at least" so much.
cat >kept.c <<'C'
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
static void *big[60], *small[40000], *volatile pin;
int main(void)
{
	for (int i = 0; i < 60; i++)
		big[i] = malloc(100000);
	for (int i = 0; i < 40000; i++)
		small[i] = memset(malloc(200), 1, 200);
	pin = memset(malloc(100), 1, 100);
	for (int i = 0; i < 40000; i++)
		free(small[i]);
	usleep(1000000); /* several snapshots see this */
	return 0;
}
C
"${CC:-gcc}" -g -O0 -fno-builtin -o kept kept.c || exit 77
"$OUTLIVE" run -q -o trace -- ./kept || exit 1
COLUMNS=200 "$OUTLIVE" segments trace | tr -s '\n ' ' ' |
	grep -oE "live blocks took only [0-9]+ KiB: at least 7|blocks asked for 5[.]7|at least 2[.]4" |
	sed 's/only [0-9]*/only SOME/'
