/*
 * realloc_crossed.c - 1000 blocks of one thread: another frees half of them and gives the
 * other half to realloc; main frees half of those. A realloc by another thread ends no
 * block, so 750 blocks crossed, of 750 that were freed. 10 blocks of main go to realloc in
 * the other thread and are freed by main: they crossed as well.
 *
 * build: -pthread
 * expect: .totals.frees == 500 + 250 + 10
 * expect: .totals.reallocs == 500 + 10
 * expect: .totals.crossed == 500 + 250 + 10
 * expect: .classes.crossed.blocks == .totals.crossed
 * expect: [by("make")[].crossed] | add == 750
 * expect: [by("make")[].classes.crossed.blocks] | add == 750
 * expect: [by("grow")[].crossed] | add == 0
 * expect: [by("make_own")[].crossed] | add == 10
 * expect: ([.sites[].crossed] | add) == .totals.crossed
 * expect: [.threads[] | select(.name == "maker")][0].crossed == 750
 * expect: [.threads[] | select(.name == "changer")][0].crossed == 0
 */
#include <pthread.h>
#include <stdlib.h>

static void *blocks[1000], *own[10];

static __attribute__((noinline)) void make(void)
{
	for (int i = 0; i < 1000; i++)
		blocks[i] = malloc(24);
}

static __attribute__((noinline)) void make_own(void)
{
	for (int i = 0; i < 10; i++)
		own[i] = malloc(40);
}

static __attribute__((noinline)) void *grow(void *block)
{
	return realloc(block, 4000);
}

static void *maker(void *argument)
{
	pthread_setname_np(pthread_self(), "maker");
	make();
	return argument;
}

static void *changer(void *argument)
{
	pthread_setname_np(pthread_self(), "changer");
	for (int i = 0; i < 500; i++)
		free(blocks[i]);
	for (int i = 500; i < 1000; i++)
		blocks[i] = grow(blocks[i]);
	for (int i = 0; i < 10; i++)
		own[i] = grow(own[i]);
	return argument;
}

static void thread_run(void *(*run)(void *))
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, run, NULL))
		abort();
	pthread_join(thread, NULL);
}

int main(void)
{
	thread_run(maker);
	make_own();
	thread_run(changer);
	for (int i = 500; i < 750; i++)
		free(blocks[i]);
	for (int i = 0; i < 10; i++)
		free(own[i]);
	return 0;
}
