/*
 * dlopen_threads.c - two threads load and unload the same object all the time, two others
 * allocate all the time: the walk of one may meet the loader's lock held by another.
 *
 * library: lib/late.c
 * build: -pthread
 * expect: count("allocate") == $out.allocated
 * expect: count("library_starts") == 600
 * expect: .lost.events == 0
 */
#include <dlfcn.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static atomic_int loading = 2;
static atomic_ulong allocated;

static __attribute__((noinline)) void *allocate(void *argument)
{
	unsigned long count = 0;

	for (; loading > 0; count++) {
		void *volatile block = malloc(64);

		free(block);
	}
	allocated += count;
	return argument;
}

/* One at a time, or the object is not gone and its constructor does not run again. */
static void *load(void *argument)
{
	static pthread_mutex_t one_at_a_time = PTHREAD_MUTEX_INITIALIZER;

	for (int i = 0; i < 300; i++) {
		void *object;

		pthread_mutex_lock(&one_at_a_time);
		object = dlopen("./late.so", RTLD_NOW | RTLD_LOCAL);
		if (!object || dlclose(object))
			abort();
		pthread_mutex_unlock(&one_at_a_time);
	}
	loading--;
	return argument;
}

int main(void)
{
	void *(*const work[4])(void *) = { allocate, load, allocate, load };
	pthread_t threads[4];

	for (int i = 0; i < 4; i++)
		if (pthread_create(&threads[i], NULL, work[i], NULL))
			return 1;
	for (int i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	dprintf(STDOUT_FILENO, "allocated=%lu\n", (unsigned long)allocated);
	return 0;
}
