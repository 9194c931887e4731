/*
 * older.c - for each line "ROUNDS PAIRS": rounds that each leak 4 KiB, exchange 8 KiB of a cache of
 * 4 MiB, and make and free many blocks. Prints the bytes that are alive by then: leaked, cached.
 *
 *   threads   three threads do the rounds, one after the other and each with a third of them, while
 *             a fourth only waits
 *   fork      then a child does as many rounds again, having freed its parent's cache; it prints
 *             what it has made itself, and so does the parent when the child has ended
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define CACHE 512

static void *cache[CACHE];
static long leaked, cached, rounds;
static int pairs;
static void *volatile last;
static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;

__attribute__((noinline)) static void *leak_one(void)
{
	return malloc(4096);
}

__attribute__((noinline)) static void *cache_one(void)
{
	return calloc(1, 8192);
}

__attribute__((noinline)) static void churn(void)
{
	for (int i = 0; i < pairs; i++)
		free(malloc(16 + i % 500));
}

static void rounds_do(long count)
{
	for (long i = 0; i < count; i++) {
		void **slot = &cache[leaked % CACHE];

		last = leak_one();
		leaked++;
		cached += !*slot;
		free(*slot);
		*slot = cache_one();
		churn();
	}
}

static void *thread_run(void *unused)
{
	pthread_mutex_lock(&turn);
	rounds_do(rounds / 3);
	pthread_mutex_unlock(&turn);
	return unused;
}

static void *idle_run(void *unused)
{
	last = malloc(100);
	pause();
	return unused;
}

static void threads_do(void)
{
	static pthread_t idle;
	pthread_t threads[3];

	if (!idle)
		pthread_create(&idle, NULL, idle_run, NULL);
	for (int i = 0; i < 3; i++)
		pthread_create(&threads[i], NULL, thread_run, NULL);
	for (int i = 0; i < 3; i++)
		pthread_join(threads[i], NULL);
}

static void counts_print(void)
{
	printf("%d %ld %ld\n", (int)getpid(), leaked * 4096, cached * 8192);
}

static void child_do(void)
{
	if (fork()) {
		wait(NULL);
		return;
	}
	for (int i = 0; i < CACHE; i++) {
		free(cache[i]);
		cache[i] = NULL;
	}
	leaked = cached = 0;
	rounds_do(rounds);
	counts_print();
	exit(0);
}

/* By read(): a thread that waits in a function of stdio cannot be attached to. */
static int line_read(void)
{
	char line[100];
	ssize_t count = read(0, line, sizeof(line) - 1);

	line[count > 0 ? count : 0] = '\0';
	return sscanf(line, "%ld %d", &rounds, &pairs) == 2;
}

int main(int argc, char **argv)
{
	const char *way = argc > 1 ? argv[1] : "";

	setvbuf(stdout, NULL, _IONBF, 0);
	while (line_read()) {
		if (strcmp(way, "threads") == 0)
			threads_do();
		else
			rounds_do(rounds);
		if (strcmp(way, "fork") == 0)
			child_do();
		counts_print();
	}
	return 0;
}
