/*
 * preempted.c - user threads that a timer's handler switches, whatever they are in, functions of
 * the recorder among them; their stacks are in the main function's frame, in mapped memory, and on
 * the heap. (malloc() may not be interrupted so, mmap() may.)
 *
 * expect: count("pair") > 1000
 * expect: live("pair") == 0
 * expect: count("pair") + .lost.nested > $out.pairs
 * expect: .lost.damaged == 0
 * expect: .totals.unknown_frees == 0
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <ucontext.h>

#define THREADS 4
#define STACK_BYTES 65536
#define ROUNDS 20000

static ucontext_t contexts[THREADS + 1];
static volatile int running = THREADS, is_busy;
static volatile long pairs;

static void on_signal(int number)
{
	int from = running;

	(void)number;
	if (is_busy)
		return;
	running = (from + 1) % (THREADS + 1);
	swapcontext(&contexts[from], &contexts[running]);
}

static __attribute__((noinline)) void pair(void)
{
	void *block = malloc(40);

	__asm__ volatile("" : : "r"(block) : "memory");
	free(block);
	pairs++;
}

static void step(void)
{
	void *pages;

	is_busy = 1;
	pair();
	is_busy = 0;
	pages = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (pages != MAP_FAILED)
		munmap(pages, 4096);
}

static void body(void)
{
	sigset_t alarms;

	sigemptyset(&alarms);
	sigaddset(&alarms, SIGALRM);
	sigprocmask(SIG_UNBLOCK, &alarms, NULL);
	for (;;)
		step();
}

static void run(char (*stacks)[STACK_BYTES])
{
	struct itimerval often = { { 0, 150 }, { 0, 150 } }, never = { { 0, 0 }, { 0, 0 } };

	for (int i = 0; i < THREADS; i++) {
		getcontext(&contexts[i]);
		/* swapcontext() sets the mask before it has left the other stack. */
		sigaddset(&contexts[i].uc_sigmask, SIGALRM);
		contexts[i].uc_stack.ss_sp = stacks[i];
		contexts[i].uc_stack.ss_size = STACK_BYTES;
		makecontext(&contexts[i], body, 0);
	}
	setitimer(ITIMER_REAL, &often, NULL);
	for (int i = 0; i < ROUNDS; i++)
		step();
	is_busy = 1;
	setitimer(ITIMER_REAL, &never, NULL);
}

int main(void)
{
	char own[THREADS][STACK_BYTES];
	void *heap = malloc(sizeof(own));
	void *mapped = mmap(NULL, sizeof(own), PROT_READ | PROT_WRITE,
	                    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct sigaction action = { .sa_handler = on_signal };

	if (!heap || mapped == MAP_FAILED || sigaction(SIGALRM, &action, NULL))
		return 1;
	run(own);
	run(heap);
	run(mapped);
	free(heap);
	printf("pairs=%ld\n", pairs);
	return 0;
}
