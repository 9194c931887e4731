#!/bin/bash
# A program frees what it had, and ends: the default screen does not advise malloc_trim() then, and
# --kept shows what malloc kept. Nor does it when the end takes so long that snapshots see it.
cat >over.c <<'C'
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
static void *blocks[20000], *volatile kept;
static void linger(void)
{
	usleep(500000);
}
int main(int count, char **words)
{
	(void)words;
	if (count > 1)
		atexit(linger);
	for (int i = 0; i < 20000; i++)
		blocks[i] = memset(malloc(1000), 1, 1000);
	kept = malloc(1000); /* what is below cannot be given back */
	for (int i = 0; i < 20000; i++)
		free(blocks[i]);
	exit(0);
}
C
"${CC:-gcc}" -g -O0 -fno-builtin -o over over.c || exit 77
for lingers in "" lingers; do
	# On a busy machine two snapshots may fall into the time when it frees: once more.
	for ((i = 0; i < 6; i++)); do
		"$OUTLIVE" run -q -o trace -- ./over ${lingers:+lingers} 2>reported || exit 1
		"$OUTLIVE" report trace | grep -E '^  kept|malloc_trim' >kept || break
	done
	cat kept
done
"$OUTLIVE" segments -f json trace |
	jq -c '[.samples[] | select(.phase == "exit" and .heap.kept > 19000000)] | length > 1'
"$OUTLIVE" report --kept trace | grep -oE "when the exit phase began|kept +19[.][0-9]" | tr -s " "
