/*
 * no_advice.c - blocks that look as if something could be done about them, and nothing the
 * evidence carries: a FILE that libc makes for whoever calls fopen(), a block of 16 bytes that
 * the next line makes 100 KB, a window of 20 blocks that come and go one by one, two that
 * are live at once though each call path has one, sizes that grow to the end, and one large
 * block as large as the input. What 16 threads hold, one block each, is a local variable.
 *
 * build: -pthread
 * expect: [.advice[] | .function] == ["hold"]
 * expect: [.advice[] | .kind] == ["local"]
 * expect: [by("tmp")[] | .size_kind] == ["unbounded"]
 * expect: [by("grow_local")[] | select(.blocks > 0) | .largest_max] == [100099]
 * expect: [by("hold")[] | .size_kind, .size_bound, .live_max_thread] == ["constant", 128, 1]
 * expect: [by("make_item")[] | .no_advice] == ["they come and go one by one, not all together"]
 * expect: [by("open_3")[] | .no_advice] == ["another module allocates them for its callers"]
 * expect: [by("slurp")[] | .verdict] == ["static_like"]
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#define FUNCTION static __attribute__((noinline))
#define THREADS 16

static void *volatile sink;
static pthread_barrier_t barrier;

FUNCTION void *make_item(void)
{
	return sink = malloc(64);
}

FUNCTION void queue_run(void)
{
	static void *queue[20];

	for (int i = 0; i < 2000; i++) {
		free(queue[i % 20]);
		queue[i % 20] = make_item();
	}
	for (int i = 0; i < 20; i++)
		free(queue[i]);
}

FUNCTION void grow_local(size_t bytes)
{
	sink = malloc(16);
	sink = realloc(sink, bytes);
	free(sink);
}

FUNCTION void *make(void)
{
	return sink = malloc(100);
}

FUNCTION void *path_a(void)
{
	void *block = make();

	sink = block;
	return block;
}

FUNCTION void *path_b(void)
{
	void *block = make();

	sink = NULL;
	return block;
}

FUNCTION void both(void)
{
	void *a = path_a(), *b = path_b();

	free(a);
	free(b);
}

/* So many callers that the function of libc behind fopen() is peeled off. */
#define OPENS(name)                           \
	FUNCTION void name(void)                  \
	{                                         \
		FILE *file = fopen("/dev/null", "r"); \
                                              \
		if (file)                             \
			fclose(file);                     \
	}

OPENS(open_1)
OPENS(open_2)
OPENS(open_3)
OPENS(open_4)
OPENS(open_5)
OPENS(open_6)
OPENS(open_7)
OPENS(open_8)
OPENS(open_9)

FUNCTION void tmp(size_t bytes)
{
	free(sink = malloc(bytes));
	sink = NULL;
}

FUNCTION void slurp(size_t bytes)
{
	sink = malloc(bytes);
}

FUNCTION void hold(void)
{
	void *block = malloc(128);

	pthread_barrier_wait(&barrier);
	free(block);
}

static void *thread_run(void *unused)
{
	hold();
	return unused;
}

int main(void)
{
	pthread_t threads[THREADS];

	queue_run();
	for (int i = 0; i < 100; i++) {
		grow_local(100000 + (size_t)i);
		both();
		open_1(), open_2(), open_3(), open_4(), open_5();
		open_6(), open_7(), open_8(), open_9();
		tmp(1 + 40 * (size_t)i);
	}
	pthread_barrier_init(&barrier, NULL, THREADS);
	for (int i = 0; i < THREADS; i++)
		pthread_create(&threads[i], NULL, thread_run, NULL);
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	slurp(30000000);
	return 0;
}
