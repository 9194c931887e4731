#!/bin/bash
# A block is allocated by a function without unwind tables, so its caller is unknown. Whether the
# function had returned when the block was freed cannot be known: the block's class is inferred.
cat >blind.c <<'C'
#include <stdlib.h>
__attribute__((noipa)) char *make_item(void) { char *item = malloc(64); item[0] = 1; return item; }
C
cat >program.c <<'C'
#include <stdlib.h>
char *make_item(void);
static char *kept;
__attribute__((noipa)) void use(void) { kept = make_item(); __asm__(""); }
__attribute__((noipa)) void drop(void) { free(kept); __asm__(""); }
int main(void)
{
	for (int i = 0; i < 1000; i++) {
		use();
		drop();
	}
	return 0;
}
C
gcc -g -O1 -fno-builtin -fno-asynchronous-unwind-tables -fno-unwind-tables -c blind.c &&
	gcc -g -O1 -fno-builtin -o program program.c blind.o || exit 77
"$OUTLIVE" run -q -o trace -- ./program >/dev/null 2>&1
export COLUMNS=100
"$OUTLIVE" report trace | grep -E '^  (inferred|stack-like|escaping) |^exact:' | sed 's/  *stack-like or.*//'
"$OUTLIVE" report --explain 7 trace | grep -o '^block 7 .*'
