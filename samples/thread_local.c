/*
 * thread_local.c - what a thread keeps for itself and frees as it ends: its function has
 * returned before, so the block outlives all of the thread's own functions, 2 frames here,
 * and is libc's start_thread's (nameless where libc's debug information is not installed).
 * It did not cross threads.
 *
 * build: -pthread
 * expect: depths("buffer_get") == {"2": 20}
 * expect: owners("buffer_get") | length == 1 and
 *   (.[0] == "start_thread" or (.[0] | startswith("libc.so.6+")))
 * expect: verdicts("buffer_get") == ["escaping"]
 * expect: [by("buffer_get")[].crossed] | add == 0
 */
#include <pthread.h>
#include <stdlib.h>

static pthread_key_t key;
static void *volatile sink;

static void buffer_free(void *buffer)
{
	free(buffer);
}

static __attribute__((noinline)) void *buffer_get(void)
{
	void *buffer = pthread_getspecific(key);

	if (!buffer) {
		buffer = malloc(512);
		pthread_setspecific(key, buffer);
	}
	sink = buffer;
	return buffer;
}

static void *work(void *number)
{
	for (int i = 0; i < 100; i++)
		*(char *)buffer_get() = (char)i;
	return number;
}

int main(void)
{
	pthread_t thread;

	pthread_key_create(&key, buffer_free);
	for (long i = 0; i < 20; i++) {
		pthread_create(&thread, NULL, work, (void *)i);
		pthread_join(thread, NULL);
	}
	return 0;
}
