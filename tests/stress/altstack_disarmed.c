/*
 * altstack_disarmed.c - altstack_inside.c with SS_AUTODISARM: while a handler runs on such a stack,
 * the kernel says that there is none.
 *
 * expect: count("pair") == 1000000
 * expect: live("pair") == 0
 * expect: .totals.inferred < 10000
 * expect: .lost.damaged == 0
 */
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/time.h>

#ifndef SS_AUTODISARM
#define SS_AUTODISARM (1U << 31)
#endif

static void on_signal(int number)
{
	void *pages = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	(void)number;
	if (pages != MAP_FAILED)
		munmap(pages, 4096);
}

static __attribute__((noinline)) void pair(void)
{
	void *block = malloc(40);

	__asm__ volatile("" : : "r"(block) : "memory");
	free(block);
}

int main(void)
{
	char memory[65536];
	stack_t stack = { .ss_sp = memory,
		              .ss_size = sizeof(memory),
		              .ss_flags = (int)SS_AUTODISARM };
	struct sigaction action = { .sa_handler = on_signal, .sa_flags = SA_ONSTACK };
	struct itimerval often = { { 0, 100 }, { 0, 100 } }, never = { { 0, 0 }, { 0, 0 } };

	if (sigaltstack(&stack, NULL) || sigaction(SIGALRM, &action, NULL) ||
	    setitimer(ITIMER_REAL, &often, NULL))
		return 1;
	for (int i = 0; i < 1000000; i++)
		pair();
	return setitimer(ITIMER_REAL, &never, NULL) != 0;
}
