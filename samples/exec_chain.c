/*
 * exec_chain.c - a process that execs itself three times; each image allocates as many
 * blocks as its number in the chain says. The pid stays, the rings do not: all four
 * are in the trace; the one with the most events is reported by default.
 *
 * expect: .totals.allocations == 4
 * expect: .totals.live_bytes == 4000
 * expect: .processes | length == 4
 * expect: [.processes[].allocations] == [1, 2, 3, 4]
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void *volatile sink;

static __attribute__((noinline)) void image_allocates(int count)
{
	for (int i = 0; i < count; i++)
		sink = malloc(1000);
}

int main(int argc, char **argv)
{
	int number = argc > 1 ? atoi(argv[1]) : 1;
	char next[16];

	image_allocates(number);
	if (number == 4)
		return 0;
	snprintf(next, sizeof(next), "%d", number + 1);
	execl("/proc/self/exe", argv[0], next, (char *)NULL);
	return 1;
}
