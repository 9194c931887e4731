/*
 * test_signal_frame.c - the frame of a handler is found on the stack; words that only resemble
 * one, as allocators leave them, are not.
 */
#include "stack/signal_frame.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <ucontext.h>

#include <cmocka.h>

#include "arch.h"

#define WORDS (sizeof(ucontext_t) / sizeof(uintptr_t) + 64)
#define FRAME_AT 8 /* where the frame begins in words that were copied */

static uintptr_t copied[WORDS];

static void handler(int signal, siginfo_t *info, void *context)
{
	(void)signal;
	(void)info;
	/* Before its context the kernel pushes the handler's return address. */
	memcpy(copied + FRAME_AT, (uintptr_t *)context - 1, ARCH_SIGNAL_FRAME_BYTES);
}

/* The copied frame, as if it had interrupted code on the copy's own stack. */
static mcontext_t *frame_copied(void)
{
	ucontext_t *context = (ucontext_t *)(copied + FRAME_AT + 1);

	context->uc_mcontext.gregs[REG_RSP] = (greg_t)(copied + WORDS);
	return &context->uc_mcontext;
}

static bool is_found(void)
{
	return signal_frame_between((uintptr_t)copied, (uintptr_t)(copied + WORDS));
}

static void test_handler(void **unused)
{
	struct sigaction action = { .sa_sigaction = handler, .sa_flags = SA_SIGINFO };
	uintptr_t whole[WORDS];
	mcontext_t *machine;

	(void)unused;
	assert_int_equal(sigaction(SIGUSR1, &action, NULL), 0);
	assert_int_equal(raise(SIGUSR1), 0);
	machine = frame_copied();
	assert_true(is_found());
	memcpy(whole, copied, sizeof(whole));
	copied[FRAME_AT + 1] = 0x41000; /* uc_flags */
	assert_false(is_found());
	memcpy(copied, whole, sizeof(whole));
	copied[FRAME_AT + 2] = 1; /* uc_link */
	assert_false(is_found());
	memcpy(copied, whole, sizeof(whole));
	machine->gregs[REG_CSGSFS] = 0x34f78906df;
	assert_false(is_found());
	memcpy(copied, whole, sizeof(whole));
	machine->gregs[REG_EFL] = 0x7ffff;
	assert_false(is_found());
	memcpy(copied, whole, sizeof(whole));
	assert_true(is_found());
}

/* What jemalloc had on its stack when it mapped memory for a realloc. */
static void test_resembling(void **unused)
{
	static uintptr_t words[WORDS] = { 0x7ffff6c03a58, 0x41000, 0, 0x7ffff7f90758,
		                              0x34 };

	(void)unused;
	words[21] = (uintptr_t)(words + 40); /* rsp, rip, eflags, cs */
	words[22] = 0x7ffff7834bcf;
	words[23] = 0x7ffff;
	words[24] = 0x34f78906df;
	assert_false(signal_frame_between((uintptr_t)words, (uintptr_t)(words + WORDS)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_handler),
		cmocka_unit_test(test_resembling),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
