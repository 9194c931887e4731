/*
 * hooks/unwind.c - the hooks of functions that leave frames without returning from them.
 *
 * At a throw, every frame gets its stub before the unwinder's first phase: a stub that appears
 * between the two phases would change what the second one sees. At a landing, the frames that
 * were passed over are known to have ended. Each hook continues in the real function.
 */
#include <link.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include "hooks/hook.h"
#include "modules/cfi.h"
#include "event/lifecycle.h"
#include "stack/late_function.h"
#include "modules/map.h"
#include "modules/unwinder.h"
#include "event/record.h"
#include "modules/slow_walk.h"
#include "stack/throws.h"

struct _Unwind_Exception;
struct _Unwind_Context;

/*
 * Choose the stubs' CFA for the unwinder that `function` belongs to: nongnu libunwind takes a
 * frame's CFA as its stack pointer, whatever the rule for rsp says.
 */
static void unwinder_check(void *function)
{
	struct cfi_module module;
	const struct link_map *map;

	if (!cfi_module_find((uintptr_t)function, &module) || !module.link_map)
		return;
	map = module.link_map;
	stub_set_bias(strstr(map->l_name, "/libunwind.so.8") ? 0 : 1);
}

static bool caller_take(void *context, const struct walk_point *point, bool interrupted)
{
	*(struct walk_point *)context = *point;
	(void)interrupted;
	return false;
}

/*
 * Returns where the hook's caller continues. With an auditor that is notified of returns
 * (la_pltexit of LD_AUDIT) the loader calls the hook, and the caller is one frame further out.
 */
static struct walk_point caller_point(const struct walk_start *caller)
{
	struct walk_point point = { caller->return_address, arch_cfa_of(caller->slot),
		                        caller->fp };
	struct walk_point from = point;

	if (unlikely(loader_holds(point.ip)))
		slow_walk(&from, caller_take, &point);
	return point;
}

/*
 * Whether the unwinder itself calls the hook. Uses the module, not the frame's rule: finding a
 * rule writes a record, and there may be none.
 */
static bool is_unwinder(const struct walk_start *caller)
{
	struct cfi_module module;

	return cfi_module_find(caller_point(caller).ip - 1, &module) &&
	       module_unwinder_is_itself(&module);
}

/*
 * Walk the stack and give every frame its stub. Not if the unwinder calls itself, as a rethrow
 * that becomes a throw does: that was done at the rethrow.
 */
static void throw_begins(const struct walk_start *caller, const void *exception)
{
	if (recorder.is_recording && is_unwinder(caller))
		return;
	if (recorder.is_recording && lifecycle_enter(caller)) {
		record_throw(caller, exception);
		guard_leave();
	} else if (guard.state) {
		/* Stubs of a recording that has ended may stand: the first phase sees them. */
		throws_miss(guard.state);
	}
}

/* As every unwinder has it. A forced unwinding (of a thread's end) has no first phase. */
struct exception_head {
	uint64_t kind;
	void *cleanup;
	uintptr_t stop; /* 0: it is not forced */
};

/*
 * A process that was attached to may have thrown this before, through no hook of ours. The second
 * phase must see the stack of the first: no stub that has come since may be in it, whether or not
 * the recording that put it there is over by now. Only what is the thread's own is needed for that.
 */
static void older_exception_goes_on(const struct walk_start *caller,
                                    const void *exception)
{
	struct thread_state *state = guard.state;

	if (!recorder.began_late || !state ||
	    ((const struct exception_head *)exception)->stop ||
	    !throws_is_older(state, exception) || !guard_take(caller->slot))
		return;
	/* What is further in than the function that cleaned up has ended. */
	frames_land(state, caller_point(caller).sp, exception);
	frames_withdraw(state, caller_point(caller).sp);
	guard_leave();
}

/* The exception has arrived in the caller's frame: all frames further in have ended. */
static void exception_landed(const struct walk_start *caller, const void *exception,
                             bool is_caught)
{
	struct thread_state *state = thread_state_own();

	if (!state || !state->throwing.count || !hold_take(caller->slot))
		return;
	/*
	 * The call through which the exception came had its return address in this same slot.
	 */
	state = thread_state_own(); /* NULL: another recording began just now */
	if (state && throws_arrive(state, exception))
		frames_land(state, caller_point(caller).sp, exception);
	if (state && is_caught)
		throws_end(state, exception);
	hold_give();
}

int hook__Unwind_RaiseException(struct _Unwind_Exception *exception)
{
	struct walk_start caller = CALLER();
	int (*function)(struct _Unwind_Exception *) = late_function(
		LATE__Unwind_RaiseException, caller.return_address);

	unwinder_check(*(void **)&function);
	throw_begins(&caller, exception);
	return function(exception);
}
EXPORT(_Unwind_RaiseException);

int hook__Unwind_Resume_or_Rethrow(struct _Unwind_Exception *exception)
{
	struct walk_start caller = CALLER();
	int (*function)(struct _Unwind_Exception *) = late_function(
		LATE__Unwind_Resume_or_Rethrow, caller.return_address);

	unwinder_check(*(void **)&function);
	throw_begins(&caller, exception);
	return function(exception);
}
EXPORT(_Unwind_Resume_or_Rethrow);

/* Called at the end of a cleanup. The function that cleaned up is the innermost frame left. */
void hook__Unwind_Resume(struct _Unwind_Exception *exception)
{
	struct walk_start caller = CALLER();
	void (*function)(struct _Unwind_Exception *) = late_function(LATE__Unwind_Resume,
	                                                             caller.return_address);

	exception_landed(&caller, exception, false);
	older_exception_goes_on(&caller, exception);
	function(exception);
	abort(); /* not reached */
}
EXPORT(_Unwind_Resume);

void *hook___cxa_begin_catch(void *exception)
{
	struct walk_start caller = CALLER();
	void *(*function)(void *) = late_function(LATE___cxa_begin_catch,
	                                          caller.return_address);

	exception_landed(&caller, exception, true);
	return function(exception);
}
EXPORT(__cxa_begin_catch);

/* The thread's frames are unwound like those of a throw, but it lands nowhere. */
void hook_pthread_exit(void *result)
{
	struct walk_start caller = CALLER();
	void (*function)(void *) = late_function(LATE_pthread_exit, caller.return_address);

	throw_begins(&caller, NULL);
	function(result);
	abort(); /* not reached */
}
EXPORT(pthread_exit);

/*
 * A personality routine that asks for a frame's CFA means the stack pointer, a multiple of
 * eight. In a frame that was reached through a stub the CFA is one more, which is removed here.
 * The unwinder itself needs the exact value, to tell the two frames apart.
 */
uintptr_t hook__Unwind_GetCFA(struct _Unwind_Context *context)
{
	struct walk_start caller = CALLER();
	uintptr_t (*function)(struct _Unwind_Context *) = late_function(
		LATE__Unwind_GetCFA, caller.return_address);
	uintptr_t cfa = function(context);

	if (is_unwinder(&caller))
		return cfa;
	return cfa & ~(uintptr_t)1;
}
EXPORT(_Unwind_GetCFA);

/* A jump inwards: only a program that copies stacks makes one. */
static void jump_comes_back(void)
{
	stub_distrust_jumps();
	ring_set_flag(RING_COPIES_STACKS);
}

/* First record the stack as it is now: only then is it known which frames the jump ends. */
static void jump_begins(const struct walk_start *caller, uintptr_t target)
{
	lifecycle_jumps(caller, target);
	if (!recorder.is_recording || !lifecycle_enter(caller))
		return;
	if (recorder.is_exact && record_stack(caller) && guard.state) {
		if (target < caller->slot &&
		    stack_bounds_hold(&guard.state->stacks.own, target))
			jump_comes_back();
		throws_jump(guard.state, target);
		frames_land(guard.state, target, NULL);
	}
	guard_leave();
}

#define JUMP(name)                                                                 \
	void hook_##name(struct __jmp_buf_tag *environment, int value)                 \
	{                                                                              \
		struct walk_start caller = CALLER();                                       \
		void (*function)(struct __jmp_buf_tag *,                                   \
		                 int) = late_function(LATE_##name, caller.return_address); \
                                                                                   \
		jump_begins(&caller, arch_jump_target(environment));                       \
		function(environment, value);                                              \
		abort(); /* not reached */                                                 \
	}                                                                              \
	EXPORT(name)

JUMP(longjmp);
JUMP(_longjmp);
JUMP(siglongjmp);
JUMP(__longjmp_chk);

/*
 * Returns the frame where an error of the loader lands: a dlopen() or dlsym() found nothing.
 * The loader jumps out of its own frames into _dl_catch_exception(). Its functions are
 * GLIBC_PRIVATE, but libc may replace them and so may we (elf/dl-error-skeleton.c). All frames
 * further in than that function have ended. 0: it is not on the stack.
 */
static uintptr_t catch_target(const struct thread_state *state)
{
	for (uint32_t i = state->stack.depth; i-- > 0;) {
		const struct walk_frame *frame = &state->stack.frames[i];

		if (frame->return_address - 1 - real.dl_catch_exception <
		    real.dl_catch_exception_bytes)
			return arch_cfa_of(frame->slot);
	}
	return 0;
}

/*
 * `caller` is passed by value: a variable whose address is taken would keep the hook's frame.
 */
static __attribute__((noinline)) void loader_fails(struct walk_start caller)
{
	uintptr_t target;

	if (!recorder.is_recording || guard.sp || !guard.state || !lifecycle_enter(&caller))
		return;
	if (recorder.is_exact && record_stack(&caller) && guard.state) {
		target = catch_target(guard.state);
		if (target)
			frames_land(guard.state, target, NULL);
	}
	guard_leave();
}

/* These continue in the real function by a jump, with the loader's arguments unchanged. */
void hook__dl_signal_exception(long error, void *exception, const char *occasion)
{
	real_resolve();
	loader_fails(CALLER());
	real._dl_signal_exception(error, exception, occasion);
}
EXPORT(_dl_signal_exception);

void hook__dl_signal_error(long error, const char *object, const char *occasion,
                           const char *text)
{
	real_resolve();
	loader_fails(CALLER());
	real._dl_signal_error(error, object, occasion, text);
}
EXPORT(_dl_signal_error);
