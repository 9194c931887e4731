/*
 * tls_destructors.c - 200 threads whose thread-specific destructors allocate and free, in
 * all the rounds POSIX gives them: after the thread's function has returned, and after
 * the recorder's own key, if it has one, was destroyed.
 *
 * build: -pthread
 * expect: count("destroy") == $out.destroyed
 * expect: $out.destroyed >= 200 * 4
 * expect: live("destroy") == 0
 * expect: .lost.events == 0
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static pthread_key_t key;
static atomic_int destroyed;

/* Sets the key again, so that it is called until the system gives up. */
static __attribute__((noinline)) void destroy(void *value)
{
	void *volatile block = malloc(56);

	free(block);
	destroyed++;
	pthread_setspecific(key, value);
}

static void *work(void *value)
{
	pthread_setspecific(key, value);
	return NULL;
}

int main(void)
{
	pthread_t thread;
	int value;

	pthread_key_create(&key, destroy);
	for (int i = 0; i < 200; i++) {
		if (pthread_create(&thread, NULL, work, &value))
			return 1;
		pthread_join(thread, NULL);
	}
	dprintf(STDOUT_FILENO, "destroyed=%d\n", destroyed);
	return 0;
}
