#!/bin/bash
# Call sites of one line that have blocks at the same time: a buffer that is used for one at a time
# would be written over. What is advised must not depend on how the compiler inlined the function.
cat >pair.c <<'C'
#include <stdlib.h>
#include <string.h>
struct row { char *key, *value; };
static inline char *copy(int fill, size_t bytes)
{
	return memset(malloc(bytes), fill, bytes); /* two copies of this are alive at once */
}
NOINLINE struct row row_make(int i) { return (struct row){ copy(i, 2000), copy(i, 3000) }; }
NOINLINE int row_use(int i)
{
	struct row row = row_make(i);
	int sum = row.key[5] + row.value[6];
	free(row.value);
	free(row.key);
	return sum;
}
NOINLINE int large(int i)
{
	char *a = malloc(30000), *b = malloc(50000); /* one line, two blocks */
	int sum = (a[0] = b[0] = i);
	free(b);
	free(a);
	return sum;
}
NOINLINE char *single(int i) { return memset(malloc(700), i, 700); }
NOINLINE int single_use(int i) { char *one = single(i); int sum = one[i % 700]; free(one); return sum; }
int main(void)
{
	long sum = 0;
	for (int i = 0; i < 5000; i++)
		sum += row_use(i) + large(i) + single_use(i);
	return sum == 42;
}
C
for level in -O0 -O2; do
	gcc $level -g -fno-builtin-malloc -fno-builtin-free '-DNOINLINE=__attribute__((noinline))' -o pair pair.c || exit 1
	"$OUTLIVE" run -q -o trace -- ./pair 2>/dev/null
	echo "$level:"
	"$OUTLIVE" report -f json trace | jq -r '.advice[].text' | sed 's/;.*//'
	COLUMNS=300 "$OUTLIVE" report --why large trace | grep -o 'none about large.*' |
		sed 's/ ([0-9c, ]*[0-9]c)//'
done
