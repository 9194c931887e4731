/*
 * deep_recursion.c - 2 MiB of stack by a recursion whose frames are as large as the
 * compiler says (-fstack-usage, $su): descend() 4,096 times, and each 256th of them, the
 * innermost too, allocates a block. shallow() allocates often, and from no depth at all.
 *
 * build: -fstack-usage
 * expect: frame("descend").largest == $su.descend
 * expect: frame("descend").bytes == frame("descend").frames * $su.descend
 * expect: frame("shallow").largest == $su.shallow
 * expect: .stacks.functions[0].function == "descend"
 * expect: .stacks.threads | length == 1
 * expect: .stacks.threads[0].deepest >= 2 * 1024 * 1024
 * expect: .stacks.threads[0].deepest - 4096 * $su.descend < 64 * 1024
 * expect: .stacks.threads[0].frames >= 4097
 * expect: [.stacks.threads[0].path[1:][].bytes] | unique == [$su.descend]
 * expect: .stacks.threads[0].touched >= .stacks.threads[0].deepest
 * expect: .stacks.threads[0].touched < .stacks.threads[0].deepest + 65536
 * expect: .stacks.threads[0].limit == $out.limit
 * expect: .stacks.threads[0].near_limit == false
 * expect: .faults == []
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

static void *volatile sink;

static __attribute__((noinline)) int descend(int levels)
{
	volatile char local[480];

	local[levels % 480] = (char)levels;
	if (levels % 256 == 0) {
		sink = malloc(16);
		free(sink);
	}
	return (levels ? descend(levels - 1) : 0) + local[levels % 480];
}

static __attribute__((noinline)) void shallow(void)
{
	sink = malloc(32);
	free(sink);
}

int main(void)
{
	struct rlimit limit;

	getrlimit(RLIMIT_STACK, &limit);
	descend(4095);
	for (int i = 0; i < 4096; i++)
		shallow();
	printf("limit=%lld\n", (long long)limit.rlim_cur);
	return 0;
}
