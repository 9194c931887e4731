#!/bin/bash
# --thread: the blocks of one thread alone, in every view, by its number, its last name or a glob.
cat >program.c <<'END'
#define _GNU_SOURCE
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
static void *volatile kept[4];
__attribute__((noipa)) static void shared_path(int n)
{
	kept[n] = malloc(1000 + n);
	free(malloc(10));
}
static void *run(void *number)
{
	int n = (int)(long)number;
	char name[16];
	shared_path(n);
	snprintf(name, sizeof(name), "worker-%d", n);
	pthread_setname_np(pthread_self(), name);
	return NULL;
}
int main(void)
{
	pthread_t thread;
	for (long i = 0; i < 3; i++) {
		pthread_create(&thread, NULL, run, (void *)i);
		pthread_join(thread, NULL);
	}
	free(kept[2]);
	free(malloc(100));
	return 0;
}
END
gcc -g -O1 -fno-builtin -pthread -o program program.c || exit 77
"$OUTLIVE" run -q -o trace -- ./program 2>/dev/null
totals() { # OPTION..
	"$OUTLIVE" report --format json "$@" trace | jq -r '"\(.thread | gsub("[0-9]{3,}"; "TID")): \(.totals | "\(.allocations) \(.bytes) \(.frees) \(.crossed) \(.live_bytes)"), threads \([.threads[].name] | join(" ")), sites \([.sites[] | .bytes] | join(" ")), of all \(.totals.allocations == ([.sites[].allocations] | add))"'
}
tid=$("$OUTLIVE" report --format json trace | jq '.threads[] | select(.name == "worker-1") | .tid')
totals --thread "$tid"
totals --thread worker-1
totals -t worker-2
totals -t 'worker-[02]'
COLUMNS=150; export COLUMNS
for view in "" "--by path" "--by thread" "--by owner" "--class live-at-exit" "--why shared_path"; do
	# shellcheck disable=SC2086 # several words
	"$OUTLIVE" report $view --thread worker-0 trace >text 2>&1
	echo "${view:-overview}: $(grep -o '  only .*' text), of others $(grep -c '1001\|1002\|worker-[12]' text)"
done
"$OUTLIVE" report --explain 1 --thread worker-0 trace 2>&1
"$OUTLIVE" report --stacks --thread worker-2 trace | grep -o '^deepest in .* (worker-2)' | sed 's/[0-9]\{3,\}/TID/'
"$OUTLIVE" report --thread nobody trace 2>&1 | sed 's/[0-9]\{3,\}/TID/g'
"$OUTLIVE" report --phase exit --thread worker-1 trace | grep -o '  only .*'
