/*
 * producer_consumer.c - blocks made by one thread and freed by another are crossed; no
 * frame of their birth owns them. What the producer rejects it frees itself: the same
 * call path, another class, so that path is mixed: 750 of 1000 are not enough. The
 * consumer's own blocks are stack-like.
 *
 * expect: [by("produce")[].classes.crossed.blocks] | add == 750
 * expect: [by("produce")[].crossed] | add == 750
 * expect: depths("produce") == {"0": 250}
 * expect: verdicts("produce") == ["mixed"]
 * expect: [by("produce_all")[] | .verdict] | unique == ["crossed"]
 * expect: depths("note") == {"0": 750} and verdicts("note") == ["stack_like"]
 * expect: .classes.crossed.blocks == 750 + 100
 * expect: .totals.crossed == 750 + 100
 */
#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>

static void *slots[1000];
static int count;
static void *volatile sink;

/* What it rejects never leaves it. */
static __attribute__((noinline)) void produce(void)
{
	for (int i = 0; i < 1000; i++) {
		void *block = malloc(56);

		sink = block;
		if (i % 4 == 3)
			free(block);
		else
			slots[count++] = block;
	}
}

static __attribute__((noinline)) void produce_all(void **batch)
{
	for (int i = 0; i < 100; i++)
		batch[i] = malloc(72);
	sink = batch;
}

static __attribute__((noinline)) void note(void)
{
	void *text = malloc(16);

	sink = text;
	free(text);
}

static void *consumer(void *batch)
{
	for (int i = 0; i < 100; i++)
		free(((void **)batch)[i]);
	while (count) {
		note();
		free(slots[--count]);
	}
	return NULL;
}

static void *producer(void *unused)
{
	(void)unused;
	produce();
	return NULL;
}

int main(void)
{
	pthread_t thread;
	void *batch[100];

	produce_all(batch);
	pthread_create(&thread, NULL, producer, NULL);
	pthread_join(thread, NULL);
	pthread_create(&thread, NULL, consumer, batch);
	pthread_join(thread, NULL);
	return 0;
}
