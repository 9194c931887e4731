#!/bin/bash
# Several programs in one process, by exec: the screen at the end of `run` is what `report`
# says later, of the same program, and every other one that is named can be shown.
export COLUMNS=100
cat >step.c <<'END'
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
/* Allocates so many blocks, then becomes itself for the next number. */
int main(int argc, char **argv)
{
	char path[4096];
	ssize_t length = readlink("/proc/self/exe", path, sizeof(path) - 1);
	for (int i = atoi(argv[1]); i; i--)
		free(malloc(100));
	path[length < 0 ? 0 : length] = 0;
	argv[1] = argv[0];
	if (argc > 2)
		execv(path, argv + 1);
	return 0;
}
END
${CC:-gcc} -O1 -fno-builtin -o step step.c
compare() {
	sed '/^outlive: /d' stderr >screen
	"$OUTLIVE" report trace >report 2>&1
	cmp screen report && echo "run and report agree"
	sed -nE 's/.*( of [0-9].* in trace) .*/\1/p' stderr
	"$OUTLIVE" info trace | sed -nE 's/.*begun [-0-9: ]*, //p'
}
# the last program is meant, not the one with most events; five of the others are named
"$OUTLIVE" run -o trace -- ./step 300 5 100 700 200 600 400 50 2>stderr
compare
head -n 1 report | grep -o '^./step [0-9]*'
sed -n '/^other/,$p' report | sed -E 's/^( +[0-9]+) +[0-9]+ +[0-9.]+k?/\1 PID N/'
numbers=$(sed -nE '/^other/,$s/^ +([0-9]+) +[0-9]+ .*/\1/p' report)
for number in $numbers; do
	"$OUTLIVE" report --process "$number" trace | head -n 1 | grep -o '^./step [0-9]*'
done
# a helper with more events than what the shell becomes; another process than it
"$OUTLIVE" run -o trace -- sh -c './step 900; exec ./step 40' 2>stderr
compare
head -n 1 report | grep -o '^./step [0-9]*'
# no exec: processes
"$OUTLIVE" run -o trace -- sh -c './step 900; true' 2>stderr
compare
sed -n '/^the other/p' report
