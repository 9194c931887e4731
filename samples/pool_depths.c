/*
 * pool_depths.c - a pool of three threads on stacks of 256 KiB, made by a fourth: they go
 * 16, 64 and 220 KiB deep, and the last of them is near its limit. Each says how deep it
 * was where it allocated.
 *
 * build: -pthread -fstack-usage
 * expect: [.stacks.threads[].name] | contains(["maker", "shallow", "middle", "deep"])
 * expect: thread("shallow").start.function == "work"
 * expect: thread("deep").creator_tid == thread("maker").tid
 * expect: thread("maker").start.function == "make"
 * expect: thread("maker").creator == 1
 * expect: thread("shallow").limit <= 256 * 1024
 * expect: thread("shallow").limit >= 240 * 1024
 * expect: thread("shallow").deepest - $out.shallow | fabs < 4096
 * expect: thread("middle").deepest - $out.middle | fabs < 4096
 * expect: thread("deep").deepest - $out.deep | fabs < 4096
 * expect: thread("deep").touched >= thread("deep").deepest
 * expect: thread("deep").touched < thread("deep").deepest + 16384
 * expect: thread("deep").near_limit
 * expect: thread("middle").near_limit == false
 * expect: frame("descend").largest == $su.descend
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

struct job {
	const char *name;
	size_t bytes;
	size_t deep;
};

static void *volatile sink;
static __thread char *stack_end;

static __attribute__((noinline)) size_t descend(size_t bytes)
{
	volatile char local[992];
	size_t deep = (size_t)(stack_end - (char *)__builtin_frame_address(0));

	local[0] = (char)bytes;
	if (deep < bytes)
		return descend(bytes) + local[0] - (char)bytes;
	sink = malloc(100);
	free(sink);
	return deep + (size_t)(local[0] - (char)bytes);
}

static void *work(void *argument)
{
	struct job *job = argument;
	pthread_attr_t attributes;
	size_t bytes;
	void *low;

	pthread_setname_np(pthread_self(), job->name);
	pthread_getattr_np(pthread_self(), &attributes);
	pthread_attr_getstack(&attributes, &low, &bytes);
	pthread_attr_destroy(&attributes);
	stack_end = (char *)low + bytes;
	job->deep = descend(job->bytes);
	return NULL;
}

static void *make(void *jobs)
{
	struct job *job = jobs;
	pthread_t threads[3];
	pthread_attr_t small;

	pthread_setname_np(pthread_self(), "maker");
	pthread_attr_init(&small);
	pthread_attr_setstacksize(&small, 256 << 10);
	for (int i = 0; i < 3; i++)
		pthread_create(&threads[i], &small, work, &job[i]);
	for (int i = 0; i < 3; i++)
		pthread_join(threads[i], NULL);
	return NULL;
}

int main(void)
{
	struct job jobs[3] = { { "shallow", 16 << 10, 0 },
		                   { "middle", 64 << 10, 0 },
		                   { "deep", 220 << 10, 0 } };
	pthread_t maker;

	pthread_create(&maker, NULL, make, jobs);
	pthread_join(maker, NULL);
	for (int i = 0; i < 3; i++)
		printf("%s=%zu\n", jobs[i].name, jobs[i].deep);
	return 0;
}
