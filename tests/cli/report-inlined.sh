#!/bin/bash
# Functions that were inlined are marked in every list of frames, also where it is narrow and where
# the program crashed; --why begins with the line of the function itself, then that of its call.
unset DEBUGINFOD_URLS
cat >program.c <<'C'
#include <stdlib.h>
static void *volatile sink;

static inline void *
wrap(size_t size)
{
	size += 3;
	return malloc(size);
}

static void
temporary(int i)
{
	void *block = wrap(10 + i);
	sink = block;
	free(block);
}

static void
crash(int n)
{
	for (int i = 0; i < n; i++)
		temporary(i);
	*(volatile int *)8 = 1;
}

__attribute__((noinline)) void
run(int n)
{
	crash(n);
	sink = NULL;
}

int
main(void)
{
	run(100);
}
C
"${CC:-gcc}" -g -O2 -fno-unroll-loops -o program program.c || exit 77
"$OUTLIVE" run -q -o trace -- ./program 2>/dev/null
own() { grep -oE '\<(wrap|temporary|crash|run|run\(\))  .*program\.c:.*'; }
echo "-- why"
COLUMNS=120 "$OUTLIVE" report --why wrap trace | grep -m 1 'allocates at'
COLUMNS=120 "$OUTLIVE" report --why wrap trace | sed -n '/^call path/,$p' | own
for columns in 60 120; do
	echo "-- by path, $columns columns"
	COLUMNS=$columns "$OUTLIVE" report --by path trace | sed -n '/^by call path/,$p' | grep -v '%' |
		grep -oE '(temporary|crash|run)  .*'
done
echo "-- explain"
COLUMNS=120 "$OUTLIVE" report --explain 1 trace | own
echo "-- crash"
COLUMNS=120 "$OUTLIVE" report trace | head -n 3 | own
"$OUTLIVE" report -f json trace | jq -c '.faults[0].path[0] | [.function, .line,
	(.inlined[] | [.function, (.file | sub(".*/"; "")), .line])]'
echo "-- stacks"
COLUMNS=120 "$OUTLIVE" report --stacks trace | sed -n '/^deepest in/,/^$/p' | own
