#!/bin/bash
# A stack is near its limit where its frames were, not where a program wrote to one page on
# purpose, as Ruby does at its start.
cat >touch.c <<'C'
#include <stdlib.h>
#include <string.h>
__attribute__((noipa)) static void touches(size_t bytes)
{
	volatile char *end = __builtin_alloca(bytes);

	end[0] = 1;
}
__attribute__((noipa)) static void uses(size_t bytes)
{
	volatile char *all = __builtin_alloca(bytes);

	memset((char *)all, 1, bytes);
}
int main(int argc, char **argv)
{
	free(malloc(10));
	(argc > 1 && !strcmp(argv[1], "uses") ? uses : touches)(8100000);
	free(malloc(10));
	return 0;
}
C
gcc -O1 -fno-builtin -fno-stack-clash-protection -fno-stack-protector -o touch touch.c || exit 77
ulimit -s 8192
for how in touches uses; do
	echo "- $how"
	"$OUTLIVE" run -q -o trace -- ./touch $how 2>/dev/null
	"$OUTLIVE" report --format json trace | jq -c '[.stacks.threads[] | .touched > 8000000]'
	"$OUTLIVE" report trace | grep -c 'near limit'
done
exit 0
