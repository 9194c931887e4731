#!/bin/bash
# Who freed is found however many functions lie between that only free for their callers.
cat >program.c <<'END'
#include <stdlib.h>
__attribute__((noipa)) void xfree(void *block, int depth)
{
	if (depth)
		xfree(block, depth - 1);
	else
		free(block);
	__asm__("");
}
__attribute__((noipa)) static void drop(void *block, int depth) { xfree(block, depth); __asm__(""); }
__attribute__((noipa)) static void lose(void *block, int depth) { xfree(block, depth); __asm__(""); }
int main(void)
{
	for (int depth = 0; depth < 100; depth++) {
		drop(malloc(16), depth);
		lose(malloc(32), depth);
	}
	return 0;
}
END
gcc -g -O1 -fno-builtin -o program program.c || exit 77
"$OUTLIVE" run -q -o trace -- ./program 2>/dev/null
"$OUTLIVE" report --format json trace |
	jq -r '.sites[] | select(.blocks == 100) | "\(.size_max) bytes, freed by \([.freed_by[] | "\(.function) \(.blocks)"] | join(", "))"' | sort
