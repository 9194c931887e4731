/*
 * jumps_from_further_out.c - a timer's handler jumps out of whatever a function is in, functions
 * of the recorder among them, on the thread's own stack and on a coroutine's, and also by
 * setcontext(), which is not seen; all that is called afterwards is further in than that was. It is
 * recorded whole.
 *
 * expect: count("pair") == 200000
 * expect: live("pair") == 0
 * expect: .lost.damaged == 0
 */
#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <ucontext.h>

#define STACK_BYTES 65536

static sigjmp_buf back;
static volatile int may_jump, is_unseen;
static ucontext_t coroutine, unseen_back;

static void on_signal(int number)
{
	(void)number;
	if (may_jump) {
		may_jump = 0;
		if (is_unseen)
			setcontext(&unseen_back);
		siglongjmp(back, 1);
	}
}

static __attribute__((noinline)) void pair(void)
{
	void *block = malloc(40);

	__asm__ volatile("" : : "r"(block) : "memory");
	free(block);
}

static __attribute__((noinline)) void shallow(void)
{
	for (;;) {
		void *pages = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		if (pages != MAP_FAILED)
			munmap(pages, 4096);
	}
}

static __attribute__((noinline)) void deep(int depth)
{
	char room[256];

	__asm__ volatile("" : : "r"(room) : "memory");
	if (depth) {
		deep(depth - 1);
	} else {
		for (int i = 0; i < 200; i++)
			pair();
	}
	__asm__ volatile("" : : "r"(room) : "memory");
}

static __attribute__((noinline)) void begin(void *stack, int is_on_coroutine)
{
	may_jump = 1;
	if (!is_on_coroutine)
		shallow();
	getcontext(&coroutine);
	coroutine.uc_stack.ss_sp = stack;
	coroutine.uc_stack.ss_size = STACK_BYTES;
	makecontext(&coroutine, shallow, 0);
	setcontext(&coroutine);
}

int main(void)
{
	void *stack = malloc(STACK_BYTES);
	struct sigaction action = { .sa_handler = on_signal };
	struct itimerval often = { { 0, 300 }, { 0, 300 } }, never = { { 0, 0 }, { 0, 0 } };

	if (!stack || sigaction(SIGALRM, &action, NULL) ||
	    setitimer(ITIMER_REAL, &often, NULL))
		return 1;
	for (volatile int i = 0; i < 1000; i++) {
		volatile int has_begun = 0;

		is_unseen = i >= 500;
		if (is_unseen)
			getcontext(&unseen_back);
		if (!has_begun && !sigsetjmp(back, 1)) {
			has_begun = 1;
			begin(stack, i % 2 && !is_unseen);
		}
		deep(10);
	}
	return setitimer(ITIMER_REAL, &never, NULL) != 0;
}
