#!/bin/bash
# The flight recorder keeps the last events and counts the overwritten ones; a program
# that fits its ring loses none.
cat >busy.c <<'END'
#include <stdlib.h>
int main(int argc, char **argv)
{
	volatile unsigned random = 1;
	(void)argc;
	for (long i = atol(argv[1]); i; i--) {
		random = random * 1103515245 + 12345;
		free(malloc(16 + (random >> 16 & 1023)));
	}
	return 0;
}
END
${CC:-gcc} -O1 -o busy busy.c
"$OUTLIVE" run -q --flight --ring 1M -o trace -- ./busy 1000 2>stderr
echo "status $?"
"$OUTLIVE" report --format json trace >report.json
jq -r '"\(.totals.allocations >= 1000) \(.lost.events)"' report.json
"$OUTLIVE" run -q --flight --ring 1M -o trace -- ./busy 3000000 2>stderr
echo "status $?"
"$OUTLIVE" report --format json trace >report.json
# all that happened is either there or counted
jq -r '"\(.totals.allocations + .totals.frees + .lost.events >= 6000000) \(.lost.events > 1000000) \(.totals.allocations > 10000)"' report.json
# the same, drained: nothing is lost even in so small a ring
"$OUTLIVE" run -q --ring 1M -o trace -- ./busy 3000000 2>stderr
"$OUTLIVE" report --format json trace >report.json
jq -r '"\(.totals.allocations >= 3000000) \(.lost.events)"' report.json
