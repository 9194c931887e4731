#!/bin/bash
# Recordings that begin late: after a time, in a phase, by a call; in children as well. And those
# that the program ends, begins again, and copies. What is recorded is known by its sizes.
include=$OUTLIVE_ROOT_DIR/include
cat >own.c <<'C'
#include <outlive.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void *kept[100];
static void blocks(int size, int count)
{
	for (int i = 0; i < count; i++)
		free(malloc(size));
}
static void child(const char *how)
{
	pid_t pid = fork();
	int status;

	if (!pid) {
		blocks(700, 7);
		if (!strcmp(how, "exec"))
			execl("/proc/self/exe", "own", "plain", NULL);
		outlive_phase("serve");
		blocks(701, 7);
		exit(0);
	}
	waitpid(pid, &status, 0);
}
int main(int argc, char **argv)
{
	const char *how = argv[1];
	pid_t pid;

	blocks(101, 1);
	for (int i = 0; i < 100; i++)
		kept[i] = malloc(102);
	if (!strcmp(how, "fork") || !strcmp(how, "exec"))
		child(how);
	if (!strcmp(how, "vfork")) {
		pid = vfork();
		if (!pid) {
			outlive_phase("serve"); /* it is not for the child to begin it */
			_exit(outlive_start() == 0 || outlive_stop() == 0);
		}
		waitpid(pid, &argc, 0);
		printf("vfork child: %d\n", argc);
	}
	if (!strcmp(how, "sleep"))
		usleep(600000);
	errno = 77;
	if (!strcmp(how, "call"))
		printf("%d", outlive_start());
	if (!strcmp(how, "call"))
		printf(" %d\n", outlive_start());
	outlive_phase("serve");
	blocks(200, 20);
	for (int i = 0; i < 100; i++)
		free(kept[i]);
	if (!strcmp(how, "call")) {
		printf("%d", outlive_snapshot()); /* there is no flight recorder */
		printf(" %d", outlive_stop());
		printf(" %d\n", outlive_stop());
		blocks(300, 30);
		outlive_phase("again");
		printf("%d\n", outlive_start());
		blocks(400, 40);
	}
	printf("errno %d\n", errno);
	return 0;
}
C
gcc -O1 -g -fno-builtin -I"$include" -o own own.c || exit 1

# Each recording: whether it began late, whether it was let go, allocations by size (each call site has one), frees of
# blocks from before, its first phase; in the order of the trace.
show() { # TRACE
	local count i
	count=$("$OUTLIVE" info -f json "$1" | jq '.processes | length')
	for ((i = 0; i < count; i++)); do
		"$OUTLIVE" report -f json --process "$i" --by path "$1" >json
		"$OUTLIVE" info -f json "$1" | jq -c --argjson i $i '.processes[$i] | [.attached, .waited, .detached, (.age_ns > 0), [.phases[] | .name]]' | tr '\n' ' '
		jq -j '[.sites[] | select(.allocations > 0) | [.bytes / .allocations, .allocations]] | sort |
			.[] | select(.[0] >= 101 and .[0] <= 701) | "\(.[1])x\(.[0]) "' json
		jq -j '"unknown \(.totals.unknown_frees)\n"' json
	done
}
run() { # OPTION.. -- ARGUMENT
	"$OUTLIVE" run -q -o trace "$@" 2>err; echo "status $?"
	show trace
}
echo "== phase"; run --start-after serve -- ./own plain
echo "== main"; run --start-after main -- ./own plain
echo "== time"; run --start-after 300ms -- ./own sleep
echo "== call"; run --start-after call -- ./own call
grep -c '2 recordings in 1 process' err
"$OUTLIVE" report trace 2>&1 | grep -oE '^  recorded +recording began when the process had run for [0-9.]+ [mu]?s' | sed 's/[0-9.]* [mu]*s$/T/'
echo "== a child"; run --start-after serve -- ./own fork
echo "== a child that executes"; run --start-after serve -- ./own exec
echo "== alone"; run --no-follow --start-after serve -- ./own fork
echo "== vfork"; run --start-after serve -- ./own vfork
echo "== never"
rm -f trace
"$OUTLIVE" run -q -o trace --start-after never -- ./own plain; echo "status $?"
echo "== not recorded at all"; ./own call
echo "== from the start"; run -- ./own call
echo "== snapshots"
cat >flight.c <<'C'
#include <outlive.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
int main(void)
{
	void *kept = malloc(5000);

	usleep(200000);
	printf("%d\n", outlive_snapshot());
	for (int i = 0; i < 100 && access("flight.snapshot-1.outlive", R_OK); i++)
		usleep(100000);
	free(malloc(6000));
	printf("%d\n", outlive_snapshot());
	for (int i = 0; i < 100 && access("flight.snapshot-2.outlive", R_OK); i++)
		usleep(100000);
	usleep(1000000);
	free(kept);
	return 0;
}
C
gcc -O1 -fno-builtin -I"$include" -o flight flight.c || exit 1
"$OUTLIVE" run -q --flight --ring 1M -o flight.outlive -- ./flight 2>err; echo "status $?"
grep 'asked for' err
for trace in flight.snapshot-1 flight.snapshot-2 flight; do
	for size in 5000 6000; do
		"$OUTLIVE" report -f json --size $size..$size $trace.outlive | jq -c '[.totals.allocations, .totals.frees]' | tr '\n' ' '
	done
	echo
done
