#!/bin/bash
# How long a process ran is not only how long it allocated: one that makes nothing but a block
# and waits, one that is killed while it waits, one that becomes another program, one that never
# allocates; the same in every view.
cd "$TEST_DIR" || exit
cat >idle.c <<'C'
#include <stdlib.h>
#include <unistd.h>
static void *volatile kept;
int main(int argc, char **argv)
{
	if (atoi(argv[1]))
		kept = malloc(100);
	usleep(600000);
	if (argc > 2 && **++argv)
		execv("./idle", argv);
	return 0;
}
C
"${CC:-gcc}" -O1 -o idle idle.c || exit

ran() { # WHAT PROCESS: at least 0.5 s, not more than 10 s, and the same everywhere
	local report info others main
	report=$("$OUTLIVE" report --format json --process "$2" trace)
	info=$("$OUTLIVE" info --format json trace | jq ".processes[$2].duration_ns")
	others=$(jq ".processes[$2].duration_ns" <<<"$report")
	main=$(jq '.phases[] | select(.name == "main").duration_ns' <<<"$report")
	report=$(jq .process.duration_ns <<<"$report")
	((report >= 500000000 && report < 10000000000 && main >= 500000000)) ||
		echo "$1: $report ns, main $main ns"
	# nearly: a snapshot by the process itself has a time of its own
	for other in "$info" "$others"; do
		((other >= report - 1000000 && other <= report + 1000000)) ||
			echo "$1: $report ns, elsewhere $other ns"
	done
	echo "$1: looked at"
}

"$OUTLIVE" run -q -o trace -- ./idle 1
ran "one block" 0
"$OUTLIVE" run -q -o trace -- ./idle 0
ran "no block" 0
"$OUTLIVE" report trace 2>&1 | grep -c '0 ns\|0 threads'
"$OUTLIVE" run -q -o trace -- ./idle 1 0
ran "before exec" 0
ran "after exec" 1
"$OUTLIVE" run -q -o trace -- bash -c './idle 1 & sleep 0.55; kill -9 $!; exec true' 2>/dev/null
ran "killed" "$("$OUTLIVE" info --format json trace |
	jq '.processes[] | select(.executable | endswith("idle")).number')"
