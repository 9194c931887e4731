#!/bin/bash
# What grows until the program begins to free it all, which takes its time, is growing: the last of it
# is not the end. What was at its most long before, and went away bit by bit, is not.
cat >grow.c <<'END_OF_C'
#include <stdlib.h>
#include <unistd.h>
static void *kept[4000];
__attribute__((noinline)) static void *make(int size) { void *volatile made = malloc((size_t)size); return made; }
int main(int argc, char **argv)
{
	int steps = atoi(argv[1]), ends = atoi(argv[2]);

	(void)argc;
	for (int i = 0; i < steps * 20; i++) {
		kept[i] = make(1000);
		if (i % 20 == 0)
			usleep(8000);
	}
	for (int i = 0; i < steps * 20; i++) {
		free(kept[i]);
		if (i % (steps * 20 / ends) == 0)
			usleep(8000);
	}
	return 0;
}
END_OF_C
"${CC:-gcc}" -g -O1 -fno-builtin -o grow grow.c || exit 77
for ends in 20 100; do
	"$OUTLIVE" run -q -o t.outlive -- ./grow $((120 - ends)) $ends 2>/dev/null
	echo "freed in $ends of 120 steps:"
	"$OUTLIVE" report t.outlive | grep -A4 'growing' | grep -oE 'what is growing|nothing is growing|before it freed what it had'
done
