/*
 * small_stacks.c - fibers whose stacks have 2 to 3 KiB, with nothing below them:
 * they allocate as they do without us, from the first event of a thread and of a module on,
 * while chunks are filled, in code that no event has met, in a forked child. And how much of
 * the stack a call of the allocator takes, in the short way: at most 1 KiB.
 *
 * guards: a fiber's stack is not ours to use up
 * build: gcc -O2 -Wl,-z,now
 * build: gcc -O0 -Wl,-z,now
 * build: clang -O2 -Wl,-z,now
 */
#include "exact.h"
#include "stack_switch.h"

#include <malloc.h>
#include <pthread.h>
#include <setjmp.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGE 4096
#define SPACE_BYTES (16 * PAGE) /* of a stack, with a hole on either side */

static __thread void *outside, *inside; /* the stack pointers that wait */
static __thread void (*work)(void);

/*
 * function(first, second), its result at *result; how many bytes below the call it has
 * touched, of the last `size_bytes`.
 */
size_t touched_by(size_t size_bytes, uintptr_t (*function)(uintptr_t, uintptr_t),
                  uintptr_t first, uintptr_t second, uintptr_t *result);

static void body(void)
{
	for (;;) {
		work();
		stack_switch(&inside, outside);
	}
}

/* Run `function` on a new stack of `size_bytes`, which begins where nothing can be written. */
static void run_on(size_t size_bytes, void (*function)(void))
{
	char *space = mmap(NULL, SPACE_BYTES, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
	                   0);
	uintptr_t *at = (uintptr_t *)(space + PAGE + size_bytes / 16 * 16);

	check(mprotect(space + PAGE, SPACE_BYTES - 2 * PAGE, PROT_READ | PROT_WRITE) == 0,
	      "protect");
	*--at = 0; /* nobody has called it */
	*--at = (uintptr_t)body;
	for (int i = 0; i < 6; i++)
		*--at = 0;
	inside = at;
	work = function;
	stack_switch(&outside, inside);
	munmap(space, SPACE_BYTES);
}

/* ---- what fibers do ------------------------------------------------------------- */

static void allocate_all_ways(void)
{
	void *blocks[6] = { malloc(40),        calloc(3, 50),         realloc(NULL, 20),
		                memalign(64, 100), aligned_alloc(32, 64), NULL };

	check(posix_memalign(&blocks[5], 16, 24) == 0, "no memory");
	blocks[0] = realloc(blocks[0], 400);
	for (int i = 0; i < 6; i++)
		free(blocks[i]);
}

/* Each of them calls from where no event has met it. */
#define PLACE(number)                         \
	NOINLINE static void place_##number(void) \
	{                                         \
		free(malloc(number + 1));             \
		__asm__ volatile("");                 \
	}
#define PLACES(number)                                                           \
	PLACE(number##0)                                                             \
	PLACE(number##1)                                                             \
	PLACE(number##2) PLACE(number##3) NOINLINE static void places_##number(void) \
	{                                                                            \
		place_##number##0(), place_##number##1(), place_##number##2(),           \
			place_##number##3();                                                 \
	}
PLACES(1)
PLACES(2)
PLACES(3)

static void allocate_in_new_places(void)
{
	places_1(), places_2(), places_3();
}

static void allocate_often(void)
{
	for (int i = 0; i < 30000; i++)
		free(malloc((size_t)i % 3000));
}

static void jump_over(void)
{
	jmp_buf jump;

	if (setjmp(jump) == 0) {
		allocate_here();
		longjmp(jump, 1);
	}
	allocate_here();
}

static void fork_here(void)
{
	pid_t child;
	int status = -1;

	allocate_here();
	child = fork();
	if (child == 0) {
		allocate_here();
		allocate_all_ways();
		_exit(exact_wrong != 0);
	}
	check(waitpid(child, &status, 0) == child && status == 0, "the child: %d", status);
}

#define CALLS 2000

/*
 * The short way is what nearly all calls go. What more there is to do now and then may take
 * more of the thread's own stack (`is_own`), but of no other.
 */
static void measure(int is_own)
{
	typedef uintptr_t called(uintptr_t, uintptr_t);
	uintptr_t block, nothing;
	int larger = 0;

	for (int i = 0; i < CALLS; i++) {
		size_t of_malloc = touched_by(2 * PAGE, (called *)(void *)malloc, 40, 0,
		                              &block);
		size_t of_free = touched_by(2 * PAGE, (called *)(void *)free, block, 0,
		                            &nothing);

		larger += of_malloc > 1024 || of_free > 1024;
	}
	check(larger <= is_own * CALLS / 100, "%d calls take more than 1 KiB", larger);
}

static void measure_other(void)
{
	measure(0);
}

static void run_all(size_t size_bytes)
{
	run_on(size_bytes, allocate_all_ways);
	run_on(size_bytes, allocate_in_new_places);
	run_on(size_bytes, jump_over);
	run_on(size_bytes, fork_here);
	run_on(size_bytes, allocate_often);
	for (int i = 0; i < 500; i++) {
		run_on(size_bytes, allocate_all_ways);
		allocate_here();
	}
}

/* Its first events come on such a stack. */
static void *thread_main(void *argument)
{
	run_all((size_t)argument);
	return NULL;
}

static void run_thread(size_t size_bytes)
{
	pthread_t thread;

	check(pthread_create(&thread, NULL, thread_main, (void *)size_bytes) == 0,
	      "thread");
	pthread_join(thread, NULL);
}

int main(void)
{
	exact_begin();
	run_thread(2048);
	run_all(2048);
	run_thread(2560);
	run_all(2560);
	run_all(3072);
	run_thread(3072);
	measure(1);
	run_on(8 * PAGE, measure_other);
	return exact_end();
}

__asm__(".text\n"
        ".globl touched_by\n"
        ".type touched_by, @function\n"
        "touched_by:\n"
        "	.cfi_startproc\n"
        "	pushq %rbx\n"
        "	.cfi_adjust_cfa_offset 8\n"
        "	pushq %r12\n"
        "	.cfi_adjust_cfa_offset 8\n"
        "	pushq %r13\n"
        "	.cfi_adjust_cfa_offset 8\n"
        "	movq %rdi, %rbx\n"
        "	movq %rsi, %rax\n"
        "	movq %r8, %r13\n"
        "	movabs $0x5a5a5a5aa5a5a5a5, %r12\n"
        "	movq %rsp, %r9\n"
        "	subq %rbx, %r9\n"
        "1:	movq %r12, (%r9)\n"
        "	addq $8, %r9\n"
        "	cmpq %rsp, %r9\n"
        "	jb 1b\n"
        "	movq %rdx, %rdi\n"
        "	movq %rcx, %rsi\n"
        "	call *%rax\n"
        "	movq %rax, (%r13)\n"
        "	movq %rsp, %r9\n"
        "	subq %rbx, %r9\n"
        "2:	cmpq %r12, (%r9)\n"
        "	jne 3f\n"
        "	addq $8, %r9\n"
        "	cmpq %rsp, %r9\n"
        "	jb 2b\n"
        "3:	movq %rsp, %rax\n"
        "	subq %r9, %rax\n"
        "	popq %r13\n"
        "	.cfi_adjust_cfa_offset -8\n"
        "	popq %r12\n"
        "	.cfi_adjust_cfa_offset -8\n"
        "	popq %rbx\n"
        "	.cfi_adjust_cfa_offset -8\n"
        "	ret\n"
        "	.cfi_endproc\n");
