/*
 * stack_overflow_thread.c - a thread's stack of 512 KiB overflows, in a recursion of two
 * functions in turn that never allocates: all that is known of it is what was seen as it
 * died.
 *
 * build: -pthread -fstack-usage
 * exit: 139
 * expect: .faults | length == 1
 * expect: .faults[0].stack_overflow
 * expect: .faults[0].name == "runaway"
 * expect: [.faults[0].repeats[].function] | sort == ["ping", "pong"]
 * expect: .faults[0].round_bytes == $su.ping + $su.pong
 * expect: .faults[0].limit <= 512 * 1024
 * expect: .faults[0].limit >= 490 * 1024
 * expect: .faults[0].depth >= .faults[0].limit - 4096
 * expect: .faults[0].rounds * .faults[0].round_bytes <= .faults[0].depth
 * expect: .faults[0].rounds * .faults[0].round_bytes >= .faults[0].depth - 16384
 */
#include <pthread.h>
#include <stdlib.h>

static void *volatile sink;
static int ping(int level);

static __attribute__((noinline)) int pong(int level)
{
	volatile char local[100];

	local[level % 100] = (char)level;
	return ping(level + 1) + local[level % 100];
}

static __attribute__((noinline)) int ping(int level)
{
	volatile char local[300];

	local[level % 300] = (char)level;
	return level < 0 ? 0 : pong(level + 1) + local[level % 300];
}

static void *run(void *argument)
{
	pthread_setname_np(pthread_self(), "runaway");
	sink = malloc(10);
	sink = (void *)(long)ping(0);
	return argument;
}

int main(void)
{
	pthread_attr_t small;
	pthread_t thread;

	pthread_attr_init(&small);
	pthread_attr_setstacksize(&small, 512 << 10);
	pthread_create(&thread, &small, run, NULL);
	pthread_join(thread, NULL);
	return 0;
}
