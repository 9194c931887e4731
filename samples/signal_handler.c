/*
 * signal_handler.c - a signal handler that allocates, on the stack of what it interrupts:
 * whatever is alive meanwhile stays exact, and so does the handler's own block, twice, in
 * each of its activations.
 *
 * f() holds its block over the handler. The handler's lies in a local variable, too. kept()
 * passes its block up to main(), one handler later.
 *
 * expect: .exact.blocks == 310 and .exact.inferred == 0
 * expect: depths("handler") == {"0": 200}
 * expect: depths("f") == {"0": 300}
 * expect: depths("kept") == {"0": 300, "1": 10}
 */
#include <signal.h>
#include <stdlib.h>

#define NOINLINE __attribute__((noipa))

static void handler(int number)
{
	void *volatile block = malloc((size_t)number);

	free(block);
	block = malloc(9);
	free(block);
}

NOINLINE static void f(void)
{
	void *volatile block = malloc(50);

	raise(SIGUSR1);
	free(block);
}

NOINLINE static void *kept(void)
{
	void *block = malloc(60);

	for (int i = 0; i < 10; i++)
		f();
	return block;
}

int main(void)
{
	signal(SIGUSR1, handler);
	for (int i = 0; i < 10; i++)
		free(kept());
	return 0;
}
