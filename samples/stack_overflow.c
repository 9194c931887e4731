/*
 * stack_overflow.c - the main thread's stack overflows, in a recursion of one function
 * that allocates now and then: the program dies of SIGSEGV, as it would have, and the
 * report says what of.
 *
 * build: -fstack-usage
 * exit: 139
 * expect: .faults | length == 1
 * expect: .faults[0].stack_overflow
 * expect: .faults[0].signal_name == "SIGSEGV"
 * expect: [.faults[0].repeats[].function] == ["forever"]
 * expect: .faults[0].repeats[0].bytes == $su.forever
 * expect: .faults[0].round_bytes == $su.forever
 * expect: .faults[0].repeats[0].file | endswith("stack_overflow.c")
 * expect: .faults[0].repeats[0].line == 36
 * expect: .faults[0].rounds * $su.forever <= .faults[0].depth
 * expect: .faults[0].rounds * $su.forever >= .faults[0].depth * 0.95
 * expect: .faults[0].depth >= .faults[0].limit * 0.95
 * expect: .faults[0].limit == $out.limit
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

static void *volatile sink;

static __attribute__((noinline)) int forever(int level)
{
	volatile char local[1000];

	local[level % 1000] = (char)level;
	if (level % 512 == 0) {
		sink = malloc(24);
		free(sink);
	}
	return level < 0 ? 0 : forever(level + 1) + local[level % 1000];
}

int main(void)
{
	struct rlimit limit;

	getrlimit(RLIMIT_STACK, &limit);
	printf("limit=%lld\n", (long long)limit.rlim_cur);
	fflush(stdout);
	return forever(0);
}
