/*
 * alt_stack.c - stacks that are not the thread's: a signal handler that allocates on a
 * signal stack, 40 KiB down, and a coroutine that allocates on its own, 20 KiB down.
 * Neither is counted into the depth of the thread, which never has more than a few KiB.
 *
 * expect: .stacks.threads | length == 1
 * expect: .stacks.threads[0].deepest < $out.own + 16384
 * expect: [.stacks.others[].kind] | sort == ["other", "signal"]
 * expect: .stacks.others[] | select(.kind == "signal") | .deepest > 40000
 * expect: .stacks.others[] | select(.kind == "signal") | .deepest < 48 * 1024
 * expect: .stacks.others[] | select(.kind == "signal") | .limit == 64 * 1024
 * expect: .stacks.others[] | select(.kind == "signal") | .path[0].function == "on_signal"
 * expect: .stacks.others[] | select(.kind == "other") | .path[0].function == "coroutine"
 * expect: .stacks.others[] | select(.kind == "other") | .deepest >= 20000
 * expect: .stacks.others[] | select(.kind == "other") | .deepest < 20200
 * expect: .faults == []
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <ucontext.h>

static void *volatile sink;
static ucontext_t main_context, other_context;

static void on_signal(int signal)
{
	volatile char local[40000];

	local[0] = (char)signal;
	sink = malloc(10);
	free(sink);
	local[1] = local[0];
}

static void coroutine(void)
{
	volatile char local[20000];

	local[0] = 1;
	sink = malloc(20);
	free(sink);
	local[1] = local[0];
}

int main(int argc, char **argv, char **environment)
{
	static char handler_stack[64 << 10];
	stack_t stack = { .ss_sp = handler_stack, .ss_size = sizeof(handler_stack) };
	struct sigaction action = { .sa_handler = on_signal, .sa_flags = SA_ONSTACK };
	char **last = environment;

	(void)argc;
	(void)argv;
	while (*last)
		last++;
	sink = malloc(5);
	free(sink);
	sigaltstack(&stack, NULL);
	sigaction(SIGUSR1, &action, NULL);
	raise(SIGUSR1);
	getcontext(&other_context);
	other_context.uc_stack.ss_size = 64 << 10;
	other_context.uc_stack.ss_sp = mmap(NULL, 64 << 10, PROT_READ | PROT_WRITE,
	                                    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	other_context.uc_link = &main_context;
	makecontext(&other_context, coroutine, 0);
	swapcontext(&main_context, &other_context);
	/* arguments and environment lie between main()'s frame and the stack's end */
	printf("own=%ld\n",
	       (long)(*environment + 32768 - (char *)__builtin_frame_address(0)));
	return 0;
}
