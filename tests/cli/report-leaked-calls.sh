#!/bin/bash
# A function leaks one of its blocks now and then: those it frees are one at a time for each of its
# calls, and so could be local variables, however many leaked ones are alive.
cat >parse.c <<'EOC'
#include <stdlib.h>
#include <string.h>
static void *volatile sink;
__attribute__((noinline)) static int parse(int i)
{
	char *part = malloc(120);

	sink = memset(part, i, 120);
	if (i % 7 == 0)
		return -1;
	free(part);
	return i;
}
/* 100 of each call are alive at once, and one of those leaks */
__attribute__((noinline)) static void *many(void)
{
	void *all[100];
	int i;

	for (i = 0; i < 100; i++)
		all[i] = malloc(56);
	for (i = 1; i < 100; i++)
		free(all[i]);
	return all[0];
}
int main(void)
{
	int sum = 0;

	for (int i = 0; i < 7000; i++)
		sum += parse(i);
	for (int i = 0; i < 100; i++)
		sink = many();
	return sum == 0;
}
EOC
for level in -O0 -O2; do
	"${CC:-gcc}" -g $level -fno-builtin -o parse parse.c || exit 77
	"$OUTLIVE" run -q -o trace -- ./parse 2>/dev/null
	for name in parse many; do
		echo "$level $name"
		"$OUTLIVE" report --why "$name" trace | grep -oE '^ *(local|scoped) +[0-9.k]+'
	done
done
