/*
 * cross_thread.c - main allocates 1000 blocks, a second thread frees them; that thread
 * allocates 300 and frees them itself.
 *
 * build: -pthread
 * expect: count("produce") == 1000
 * expect: count("consume") == 300
 * expect: .totals.crossed == 1000
 * expect: live("produce") == 0
 * expect: live("consume") == 0
 * expect: .threads | length == 2
 * expect: .threads | map(select(.name == "consumer")) | length == 1
 */
#include <pthread.h>
#include <stdlib.h>

static void *blocks[1000];
static void *volatile sink;

static __attribute__((noinline)) void produce(void)
{
	for (int i = 0; i < 1000; i++)
		blocks[i] = malloc(24);
}

static __attribute__((noinline)) void consume(void)
{
	for (int i = 0; i < 1000; i++)
		free(blocks[i]);
	for (int i = 0; i < 300; i++) {
		sink = malloc(40);
		free(sink);
	}
}

static void *consumer(void *argument)
{
	pthread_setname_np(pthread_self(), "consumer");
	consume();
	return argument;
}

int main(void)
{
	pthread_t thread;

	produce();
	if (pthread_create(&thread, NULL, consumer, NULL))
		return 1;
	pthread_join(thread, NULL);
	return 0;
}
