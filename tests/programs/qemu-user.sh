#!/bin/bash
# qemu-user: an emulator that forks when the emulated program does, and does not do what that program, or a
# library of ours, asks of madvise. That program is of this machine's own kind, and is recorded in
# the emulator as well as the emulator is.
. "$OUTLIVE_ROOT_DIR/tests/programs/lib.sh"
needs qemu-x86_64 gcc
cat >guest.c <<'C'
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
static char *volatile sink;
__attribute__((noinline)) static void guest_works(int count)
{
	for (int i = 0; i < count; i++) {
		sink = malloc(10 + i % 100);
		memset(sink, i, 10);
		free(sink);
	}
}
int main(void)
{
	int status, sum = 0;

	guest_works(5000);
	for (int child = 0; child < 5; child++)
		if (fork() == 0) {
			guest_works(1000 + child);
			_exit(child);
		}
	guest_works(5000);
	while (wait(&status) > 0)
		sum += WEXITSTATUS(status);
	printf("%d\n", sum);
	return 3;
}
C
gcc -O1 -fno-builtin -o guest guest.c || exit 1
same qemu-x86_64 ./guest
made=$(for process in $(jq '.processes[].number' info.json); do
	"$OUTLIVE" report --format json --top 0 --process "$process" t.outlive
done | jq -s '[.[].sites[] | select(any(.frames[]; .function == "guest_works")) | .allocations] | add')
[ "$made" = 15010 ] || complain "guest_works() made ${made:-no} blocks, 15,010 expected"
