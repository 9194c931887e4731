#!/bin/bash
# A program frees what it had, and ends: the default screen does not advise malloc_trim() then, and
# --kept shows what malloc kept.
cat >over.c <<'C'
#include <stdlib.h>
#include <string.h>
static void *blocks[20000], *volatile kept;
int main(void)
{
	for (int i = 0; i < 20000; i++)
		blocks[i] = memset(malloc(1000), 1, 1000);
	kept = malloc(1000); /* what is below cannot be given back */
	for (int i = 0; i < 20000; i++)
		free(blocks[i]);
	return 0;
}
C
"${CC:-gcc}" -g -O0 -fno-builtin -o over over.c || exit 77
# On a busy machine its last instant may be so long that two snapshots fall into it: once more.
for ((i = 0; i < 6; i++)); do
	"$OUTLIVE" run -q -o trace -- ./over 2>reported || exit 1
	"$OUTLIVE" report trace | grep -E '^  kept|malloc_trim' >kept || break
done
cat kept
"$OUTLIVE" report --kept trace | grep -oE "when the exit phase began|kept +19[.][0-9]" | tr -s " "
