/*
 * altstack.c - signal handlers on an alternate stack that allocate (the interrupted code
 * holds no lock of the allocator: the signal is raised between two calls).
 *
 * expect: count("on_signal") == 5000
 * expect: live("on_signal") == 0
 * expect: count("main") == 10002
 * expect: .totals.live_blocks == 1
 */
#include <signal.h>
#include <stdlib.h>

static void *volatile sink;

static void on_signal(int number)
{
	void *block = malloc(24);

	(void)number;
	sink = block;
	free(block);
}

int main(void)
{
	stack_t stack = { .ss_sp = malloc(65536), .ss_size = 65536 };
	struct sigaction action = { .sa_handler = on_signal, .sa_flags = SA_ONSTACK };

	if (sigaltstack(&stack, NULL) || sigaction(SIGUSR1, &action, NULL))
		return 1;
	for (int i = 0; i < 5000; i++) {
		void *block = malloc(100);

		raise(SIGUSR1);
		sink = block;
		free(block);
	}
	sink = malloc(1);
	free(sink);
	return 0;
}
