/*
 * hooks/phase.c - the hooks at which a phase begins.
 *
 * None of them leaves a frame: each continues in the real function by a jump
 * (-foptimize-sibling-calls), so that a program that reads its stack sees the same frames as
 * without the recorder. The real functions were found at the start, because exit functions are
 * called in signal handlers and between vfork() and exec.
 */
#include "hooks/hook.h"
#include "system/clock.h"
#include "faults/record.h"
#include "event/by_program.h"
#include "event/lifecycle.h"
#include "event/waiting.h"
#include "go/heap.h"
#include "go/main.h"
#include "self/maps.h"
#include "self/phase.h"
#include "ring/ring.h"

/* ---- main ------------------------------------------------------------------------- */

static main_function *program_main;

/*
 * `caller` is passed by value: a variable whose address is taken would keep the hook's frame.
 */
static __attribute__((noinline)) void main_record(struct walk_start caller)
{
	bool is_held;

	if (!recorder.is_recording)
		phase_remember(PHASE_MAIN);
	if (lifecycle_is_waiting())
		waiting_see_phase("main");
	if (lifecycle_enter_or_hold(&caller, &is_held)) {
		phase_write(PHASE_MAIN, clock_after());
		hold_give_also(is_held);
	}
}

static int main_begins(int argc, char **argv, char **environment)
{
	main_record(CALLER());
	return program_main(argc, argv, environment);
}

/*
 * Called by every program's _start, under either version of the name. The versions differ only
 * in the meaning of `initialise`, which is passed on.
 */
int hook___libc_start_main(main_function *main, int argc, char **argv,
                           void (*initialise)(void), void (*finish)(void),
                           void (*loader_finish)(void), void *stack_end)
{
	real_resolve();
	/* In a Go program this begins the runtime. Its own main comes later. */
	if (lifecycle_is_waiting() ||
	    (recorder.is_recording && !go_main_is_caught((uintptr_t)main))) {
		program_main = main;
		main = main_begins;
	}
	return real.__libc_start_main(main, argc, argv, initialise, finish, loader_finish,
	                              stack_end);
}
EXPORT(__libc_start_main);

/* ---- exit and abort ------------------------------------------------------------------------- */

/* How a process is ended by a call. */
enum exit_kind {
	EXIT_ALL,   /* handlers and destructors run, ours too */
	EXIT_QUICK, /* handlers of its own run, but no destructors */
	EXIT_NOW,   /* nothing more of the program runs: there is no exit phase */
};

static __attribute__((noinline)) void exit_record(struct walk_start caller,
                                                  enum exit_kind kind)
{
	bool is_held;

	if (!recorder.is_recording) {
		if (kind != EXIT_NOW && lifecycle_is_waiting())
			phase_remember(PHASE_EXIT);
		return;
	}
	if (lifecycle_is_forked()) {
		/* Do not create a ring for a forked child that has never allocated. */
		if (kind != EXIT_NOW)
			phase_remember(PHASE_EXIT);
		return;
	}
	/* Between vfork() and exec the memory is the parent process's. */
	if (system_pid() != recorder.pid)
		return;
	fault_record_end(&caller, FAULT_END_HANDLED);
	/*
	 * A signal handler may have interrupted the recorder: definitions_enter() notices that.
	 */
	if (!lifecycle_enter_or_hold(&caller, &is_held))
		return;
	if (kind != EXIT_NOW)
		phase_write(PHASE_EXIT, clock_after());
	if (kind != EXIT_ALL) { /* the process ends without our destructor */
		go_heap_record(clock_after());
		maps_record(MAPS_END);
	}
	hold_give_also(is_held);
}

#define EXIT(name, kind)             \
	void hook_##name(int status)     \
	{                                \
		real_resolve();              \
		exit_record(CALLER(), kind); \
		real.name(status);           \
	}                                \
	EXPORT(name)

EXIT(exit, EXIT_ALL);
EXIT(quick_exit, EXIT_QUICK);
EXIT(_exit, EXIT_NOW);
EXIT(_Exit, EXIT_NOW);

static __attribute__((noinline)) void abort_record(struct walk_start caller)
{
	fault_record_end(&caller, FAULT_END_ABORTED);
}

/*
 * abort() begins no exit phase, but ends the process. The program's handler may call it after a
 * fault.
 */
void hook_abort(void)
{
	real_resolve();
	abort_record(CALLER());
	real.abort();
}
EXPORT(abort);

/* ---- the program's own -------------------------------------------------------------- */

/* Declared in outlive.h, for programs. */
void hook_outlive_phase(const char *name)
{
	struct walk_start caller = CALLER();
	bool is_held;

	if (lifecycle_is_waiting())
		waiting_see_phase(name);
	if (lifecycle_enter_or_hold(&caller, &is_held)) {
		if (lifecycle_is_here())
			phase_write_name(name);
		hold_give_also(is_held);
	} else if (!recorder.is_recording) {
		phase_remember_name(name);
	}
}
EXPORT(outlive_phase);

int hook_outlive_start(void)
{
	struct walk_start caller = CALLER();

	real_resolve();
	return by_program_begin(&caller) ? 0 : -1;
}
EXPORT(outlive_start);

int hook_outlive_stop(void)
{
	struct walk_start caller = CALLER();

	return by_program_end(&caller) ? 0 : -1;
}
EXPORT(outlive_stop);

int hook_outlive_snapshot(void)
{
	return by_program_snapshot() ? 0 : -1;
}
EXPORT(outlive_snapshot);
