/*
 * thread_stacks.c - four threads with stacks of one MiB, of which they have used 64 KiB,
 * 128 KiB, .. 256 KiB, and a fifth that has nearly filled its stack: that is pointed out,
 * and which it is. Each stack is a thread's own, by name.
 *
 * build: -pthread
 * live: thread [.threads[] | select(.placed)] | length == 6
 * live: thread [.threads[] | select(.name | startswith("deep"))] | sort_by(.name) |
 *   map(.use.rss) | length == 4 and
 *   (to_entries | all(.value >= (.key + 1) * 65536 and .value <= (.key + 1) * 65536 + 20480))
 * live: thread [.threads[] | select(.name | startswith("deep"))] | all(.use.size == 1048576)
 * live: segment [.oddities[] | select(.kind == "stack_limit")] | length == 1 and
 *   (.[0].text | test("nearly full"))
 * live: segment .segments.guard.size >= 5 * 4096
 */
#include <alloca.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

static pthread_barrier_t barrier;

static void *use_stack(void *bytes)
{
	char *deep = alloca((size_t)bytes), name[16];

	if ((size_t)bytes > 512 << 10)
		strcpy(name, "nearly full");
	else
		snprintf(name, sizeof(name), "deep %zu", (size_t)bytes >> 16);
	prctl(PR_SET_NAME, name);
	memset(deep, 1, (size_t)bytes);
	__asm__ volatile("" : : "r"(deep) : "memory");
	pthread_barrier_wait(&barrier);
	pause();
	return NULL;
}

int main(void)
{
	static const size_t bytes[] = { 1 << 16, 2 << 16, 3 << 16, 4 << 16, 940 << 10 };
	pthread_attr_t attributes;
	pthread_t thread;

	prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0);
	pthread_barrier_init(&barrier, NULL, 6);
	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, 1 << 20);
	for (int i = 0; i < 5; i++)
		pthread_create(&thread, &attributes, use_stack, (void *)bytes[i]);
	pthread_barrier_wait(&barrier);
	puts("ready");
	fflush(stdout);
	getchar();
	return 0;
}
