/*
 * hooks/thread.c - the hooks of functions that create threads and name them.
 *
 * The recorder knows a new thread from its start: its stack, its start function and its
 * creator. Nothing of the recorder's stays on the thread's stack.
 */
#include "hooks/hook.h"
#include "hooks/thread.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <threads.h>

#include "event/lifecycle.h"
#include "go/heap.h"
#include "modules/go_finder.h"
#include "ring/ring.h"
#include "stack/signal_stack.h"
#include "system/system.h"
#include "event/thread_name.h"
#include "stack/thread_state.h"

/*
 * What a new thread will run. Kept here until the thread copies it, not on the program's heap.
 */
struct thread_start {
	_Atomic bool is_taken;
	union {
		void *(*function)(void *);
		int (*c11_function)(void *);
		uintptr_t address;
	};
	void *argument;
	uintptr_t stack_low; /* of a stack that the program allocated; 0: libc does */
	size_t stack_bytes;  /* size of the stack */
	uint32_t creator;    /* serial number of the creating thread, */
	uint32_t session;    /* in this recording; 0: none */
};

#define THREAD_STARTS 256 /* threads that are created, but not yet running */
static struct thread_start thread_starts[THREAD_STARTS];

static struct thread_start *thread_start_take(void)
{
	for (int i = 0; i < THREAD_STARTS; i++) {
		bool is_taken = false;

		if (atomic_compare_exchange_strong(&thread_starts[i].is_taken, &is_taken, true))
			return &thread_starts[i];
	}
	return NULL;
}

static void thread_start_give(struct thread_start *start)
{
	atomic_store_explicit(&start->is_taken, false, memory_order_release);
}

/*
 * Record the stack of the new thread. Its control block is at the high end of the stack, in the
 * last page if libc allocated the stack (glibc, nptl/allocatestack.c). pthread_getattr_np()
 * would know, but allocates, and can deadlock.
 */
static void thread_begins(const struct thread_start *start)
{
	uintptr_t here = (uintptr_t)__builtin_frame_address(0);
	uintptr_t high = arch_thread_pointer(), low = start->stack_low;

	if (!low)
		low = ((high | (ARCH_PAGE_BYTES - 1)) + 1) - start->stack_bytes;
	if (low < here && here < high && high - low <= start->stack_bytes) {
		guard.stack_high = high;
		guard.stack_low = low;
	}
	guard.start = start->address;
	guard.creator = start->creator;
	guard.creator_session = start->session;
	/* The thread needs a signal stack now: it may overflow before its first allocation. */
	if (!recorder.wants_signal_stacks || !hold_take(here))
		return;
	thread_state_join();
	thread_state_get();
	hold_give();
}

static void *thread_main(void *start_argument)
{
	struct thread_start *start = start_argument;
	void *(*function)(void *) = start->function;
	void *argument = start->argument;

	thread_begins(start);
	thread_start_give(start);
	return function(argument);
}

static int c11_thread_main(void *start_argument)
{
	struct thread_start *start = start_argument;
	int (*function)(void *) = start->c11_function;
	void *argument = start->argument;

	thread_begins(start);
	thread_start_give(start);
	return function(argument);
}

/* Find the bounds of the new thread's stack. pthread_attr_init() knows the default size. */
static void stack_of(const pthread_attr_t *attributes, struct thread_start *start)
{
	pthread_attr_t defaults;
	void *low = NULL;

	start->stack_low = start->stack_bytes = 0;
	if (attributes) {
		/* If no stack was set, the reported stack ends at address 0. */
		if (pthread_attr_getstack(attributes, &low, &start->stack_bytes) == 0 &&
		    (uintptr_t)low + start->stack_bytes)
			start->stack_low = (uintptr_t)low;
		else
			pthread_attr_getstacksize(attributes, &start->stack_bytes);
	} else if (pthread_attr_init(&defaults) == 0) {
		pthread_attr_getstacksize(&defaults, &start->stack_bytes);
		pthread_attr_destroy(&defaults);
	}
}

/* Returns the calling thread's serial number; 0: it has none. */
static void creator_set(struct thread_start *start, const struct walk_start *caller)
{
	const struct thread_state *state;

	start->creator = start->session = 0;
	if (guard.sp || !lifecycle_enter(caller))
		return;
	state = thread_state_get();
	if (state) {
		start->creator = state->serial;
		start->session = state->session;
	}
	guard_leave();
}

/* NULL: create the thread without us. Its stack is found at its first allocation. */
static struct thread_start *thread_prepare(const pthread_attr_t *attributes,
                                           uintptr_t function, void *argument)
{
	struct walk_start here = { .slot = (uintptr_t)__builtin_frame_address(0) };
	struct thread_start *start;

	if (!recorder.is_recording)
		return NULL;
	start = thread_start_take();
	if (!start)
		return NULL;
	start->address = function;
	start->argument = argument;
	creator_set(start, &here);
	stack_of(attributes, start);
	return start;
}

/* A Go library creates a thread when it is opened, before any other code of it runs. */
static void caller_check(uintptr_t return_address)
{
	bool is_held;

	if (!recorder.is_recording)
		return;
	if (stub_is(return_address))
		return_address = outlive_stub_entries[stub_of(return_address)].return_address;
	if (!hold_take_also((uintptr_t)__builtin_frame_address(0), &is_held))
		return;
	go_finder_check_at(return_address - 1);
	go_heap_switch_on_late();
	if (is_held)
		go_heap_record_sometimes();
	hold_give_also(is_held);
}

int hook_pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
                        void *(*function)(void *), void *argument)
{
	struct thread_start *start;
	int error;

	real_resolve();
	if (!real.pthread_create)
		return ENOSYS;
	caller_check(*ARCH_CALLER_SLOT());
	start = thread_prepare(attributes, (uintptr_t)function, argument);
	if (!start)
		return real.pthread_create(thread, attributes, function, argument);
	error = real.pthread_create(thread, attributes, thread_main, start);
	if (error)
		thread_start_give(start);
	return error;
}
EXPORT(pthread_create);

int hook_thrd_create(thrd_t *thread, int (*function)(void *), void *argument)
{
	struct thread_start *start;
	int error;

	real_resolve();
	if (!real.thrd_create)
		return thrd_error;
	start = thread_prepare(NULL, (uintptr_t)function, argument);
	if (!start)
		return real.thrd_create(thread, function, argument);
	error = real.thrd_create(thread, c11_thread_main, start);
	if (error != thrd_success)
		thread_start_give(start);
	return error;
}
EXPORT(thrd_create);

/* ---- names ------------------------------------------------------------------------ */

void thread_hooks_named(uintptr_t thread, const char *name)
{
	/* Between vfork() and exec, the named thread belongs to another process. */
	if (!lifecycle_is_here() || !hold_take((uintptr_t)__builtin_frame_address(0)))
		return;
	if (thread != arch_thread_pointer())
		thread_name_record_other(thread, name);
	else if (thread_state_own())
		thread_name_record(guard.state);
	hold_give();
}

int hook_pthread_setname_np(pthread_t thread, const char *name)
{
	int error;

	real_resolve();
	if (!real.pthread_setname_np)
		return ENOSYS;
	error = real.pthread_setname_np(thread, name);
	if (error == 0)
		thread_hooks_named((uintptr_t)thread, name);
	return error;
}
EXPORT(pthread_setname_np);
