#!/bin/bash
# A stripped program: functions without names are called by where they begin, which the
# symbols that were stripped confirm.
cat >program.c <<'C'
#include <stdlib.h>
#define NOIPA __attribute__((noipa))
static NOIPA char *make(int size) { char *made = malloc(size); made[0] = 1; return made; }
static NOIPA int use(int size)
{
	char *one = make(size), *two = make(size + 1);
	int sum = one[0] + two[0];

	free(one);
	free(two);
	return sum;
}
int main(void) { return use(10) != 2; }
C
gcc -O2 -o program program.c && nm program >names && strip program
"$OUTLIVE" run -q -o t.outlive -- ./program 2>/dev/null || echo "status $?"
"$OUTLIVE" report -f json t.outlive >report.json
for name in make use; do
	printf 'program+0x%x\n' "0x$(awk -v name=$name '$3 == name { print $1 }' names)"
done >expected
# both blocks, each with the same two functions
jq -r '.sites[] | select(.frames[0].function | startswith("program+"))
	| .frames[0, 1].function' report.json | sort -u | diff - <(sort -u expected) && echo same
jq '[.sites[] | select(.frames[0].function | startswith("program+")) | .allocations] | add' report.json
