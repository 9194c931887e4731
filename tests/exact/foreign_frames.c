/*
 * foreign_frames.c - frames that must not get a stub, or where a stub must not be guessed:
 * assembly without CFI (nocfi.S) with a bait for walkers by frame pointer, code made at
 * run time, functions that move or pop their return address, a switch to another stack
 * whose CFI leads back to this one.
 *
 * guards: patch a slot only if the walk reached it by CFI
 * guards: no CFI (JIT code, hand-written assembly): stop patching there
 * build: gcc -O2 nocfi.S
 * build: gcc -O0 nocfi.S
 * build: gcc -O2 -fomit-frame-pointer nocfi.S
 * build: clang -O2 nocfi.S
 */
#include "exact.h"

#include <pthread.h>
#include <sys/mman.h>

extern void nocfi_call(void (*function)(long), long argument);
extern const char nocfi_call_after[];
extern void nocfi_own_return(void (*function)(void));
extern void move_return(void (*function)(void));
extern void pop_return(void (*function)(void));
extern void call_on_stack(void *top, void (*function)(void));

static int level, fresh_kind;
static unsigned char *jit; /* call *%rax with a frame of its own, and back */

/* Its return address leads into assembly: no stub, whatever else is known. */
NOINLINE static void from_assembly(long depth)
{
	allocate_here();
	expect_no_stub();
	check(return_word() == (uintptr_t)nocfi_call_after, "another return address");
	if (depth > 0)
		nocfi_call(from_assembly, depth - 1);
	allocate_here();
	expect_no_stub();
}

NOINLINE static void work(void)
{
	char *text = malloc(100);

	if (level-- > 0) {
		work();
		allocate_here();
	}
	free(text);
}

NOINLINE static void deep_work(void)
{
	level = 5;
	work();
	level = 2;
	work();
}

NOINLINE static void with_foreign(int depth)
{
	allocate_here();
	expect_stub();
	if (depth > 0)
		with_foreign(depth - 1);
	nocfi_call(from_assembly, depth);
	nocfi_own_return(deep_work);
	move_return(deep_work);
	pop_return(deep_work);
	allocate_here();
	expect_stub();
}

/* As a JIT compiler may: the code goes away or changes while nobody is in it. */
static void jit_make(void)
{
	static const unsigned char code[] = {
		0x55,                   /* push %rbp */
		0x31, 0xed,             /* xor %ebp, %ebp */
		0x48, 0x83, 0xec, 0x20, /* sub $32, %rsp */
		0xff, 0xd7,             /* call *%rdi */
		0x48, 0x83, 0xc4, 0x20, /* add $32, %rsp */
		0x5d, 0xc3,             /* pop %rbp; ret */
	};

	jit = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
	           MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (jit == MAP_FAILED) {
		printf("no executable memory\n");
		exit(1);
	}
	memcpy(jit, code, sizeof(code));
}

NOINLINE static void from_jit(void)
{
	allocate_here();
	expect_no_stub();
	check(return_word() - (uintptr_t)jit < 4096, "another return address");
	deep_work();
	allocate_here();
	expect_no_stub();
}

NOINLINE static void through_jit(int depth)
{
	void (*call)(void (*)(void)) = (void (*)(void (*)(void)))(uintptr_t)jit;

	allocate_here();
	expect_stub();
	if (depth)
		through_jit(depth - 1);
	call(from_jit);
	call(deep_work);
}

NOINLINE static void on_other_stack(void)
{
	allocate_here();
	expect_no_stub();
	deep_work();
}

/* Nothing of this thread is known before: no stub further out forbids one here. */
static void *fresh_thread(void *stack)
{
	void (*call)(void (*)(void)) = (void (*)(void (*)(void)))(uintptr_t)jit;

	switch (fresh_kind++ % 3) {
	case 0: nocfi_call(from_assembly, 2); break;
	case 1: call(from_jit); break;
	case 2: call_on_stack((char *)stack + 65536 - 64, on_other_stack); break;
	}
	return NULL;
}

NOINLINE static void in_fresh_thread(char *stack)
{
	pthread_t thread;

	check(pthread_create(&thread, NULL, fresh_thread, stack) == 0, "no thread");
	pthread_join(thread, NULL);
}

int main(void)
{
	char *stack = malloc(65536);

	exact_begin();
	for (int i = 0; i < 200; i++) {
		with_foreign(i % 6);
		jit_make();
		through_jit(i % 5);
		in_fresh_thread(stack);
		munmap(jit, 4096);
		call_on_stack(stack + 65536 - 64, on_other_stack);
	}
	return exact_end();
}
