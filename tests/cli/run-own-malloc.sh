#!/bin/bash
# A program that brings its own malloc is run all the same (what it starts may be
# recorded), and whoever looks at the trace is told why there is so little in it.
cat >own.c <<'END'
#include <stddef.h>
#include <string.h>
#include <unistd.h>

static char heap[1 << 20];
static size_t used;
void *malloc(size_t size)
{
	char *block = heap + used + 16;

	memcpy(block - 16, &size, sizeof(size));
	used += (size + 31) & ~(size_t)15;
	return block;
}
void free(void *block)
{
	(void)block;
}
void *calloc(size_t count, size_t size)
{
	return malloc(count * size);
}
void *realloc(void *old, size_t size)
{
	size_t old_size = 0;
	void *block = malloc(size);

	if (old)
		memcpy(&old_size, (char *)old - 16, sizeof(old_size));
	return old ? memcpy(block, old, old_size < size ? old_size : size) : block;
}
int main(int argc, char **argv)
{
	for (int i = 0; i < 100; i++)
		*(volatile char *)malloc(10) = 1;
	if (argc > 1)
		execvp(argv[1], argv + 1);
	return 0;
}
END
cat >plain.c <<'END'
#include <stdlib.h>
int main(void)
{
	*(volatile char *)malloc(10) = 1;
	return 0;
}
END
${CC:-gcc} -fno-builtin -o own own.c && ${CC:-gcc} -fno-builtin -o plain plain.c || exit 1
told() {
	jq -c '[.processes[] | [.arguments[0], .own_malloc, .allocations]]'
}

"$OUTLIVE" run -q -o trace -- ./own 2>stderr
echo "status $?"
grep malloc stderr
"$OUTLIVE" info trace | grep -A 1 malloc
"$OUTLIVE" info --format json trace | told
echo "with a report, once:"
"$OUTLIVE" run -o trace -- ./own 2>stderr
grep -A 1 malloc stderr
echo "and what it starts:"
"$OUTLIVE" run -q -o trace -- ./own ./plain 2>stderr
grep malloc stderr
"$OUTLIVE" info --format json trace | told
echo "who has none is not told:"
"$OUTLIVE" run -o trace -- ./plain 2>&1 | grep -c malloc
"$OUTLIVE" info trace | grep -c malloc
echo "nor one at a fixed address that takes the address of malloc:"
cat >fixed.c <<'END'
#include <stdlib.h>
void *(*volatile allocate)(size_t) = malloc;
int main(void)
{
	return !allocate(10);
}
END
${CC:-gcc} -fno-pie -no-pie -o fixed fixed.c || exit 1
"$OUTLIVE" run -o trace -- ./fixed 2>&1 | grep -c malloc
"$OUTLIVE" info --format json trace | told
exit 0
