/*
 * nested_target.c - calls every entrance of the allocator, on two threads and, with an
 * argument, once from a signal handler that interrupts the allocator: on the stack that it
 * finds ("same") or on one of its own ("other").
 */
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#define SIGNAL_BYTES 4321

static void *volatile sink;

static __attribute__((noinline)) void allocate_deeper(void)
{
	volatile char filled[300];

	filled[0] = 0;
	sink = calloc(1, 12);
	sink = (void *)&filled[filled[0]];
}

/* Three calls of the allocator. */
static void handle(int signal)
{
	(void)signal;
	for (int i = 0; i < 2; i++)
		sink = malloc(11);
	allocate_deeper();
}

static __attribute__((noinline)) void work(void)
{
	for (int i = 0; i < 100; i++) {
		void *a = malloc(10), *b = calloc(5, 10), *c = realloc(NULL, 20);

		c = realloc(c, 40);
		sink = c;
		free(a);
		free(b);
		free(c);
	}
}

static void *run(void *unused)
{
	work();
	return unused;
}

int main(int argc, char **argv)
{
	static char stack[65536];
	stack_t other = { .ss_sp = stack, .ss_size = sizeof(stack) };
	struct sigaction action = { .sa_handler = handle };
	pthread_t thread;

	pthread_create(&thread, NULL, run, NULL);
	work();
	pthread_join(thread, NULL);
	if (argc < 2)
		return 0;
	if (!strcmp(argv[1], "other")) {
		sigaltstack(&other, NULL);
		action.sa_flags = SA_ONSTACK;
	}
	sigaction(SIGUSR1, &action, NULL);
	sink = malloc(SIGNAL_BYTES);
	sink = realloc(NULL, SIGNAL_BYTES);
	return 0;
}
