/*
 * hooks/exec.c - the hooks of exec and posix_spawn. A program that a recorded one starts is
 * recorded, too, whatever environment it is given.
 *
 * If the environment lacks our variables, the real function gets a copy that has them. The copy
 * is made on the stack: between vfork() and exec the memory belongs to the parent process, and
 * the caller may be in a signal handler. So nothing is allocated or kept, and errno is what the
 * real function set. What libc starts by itself (system(), popen()) cannot be given a copy, and
 * is counted as lost, as is a program that takes no libraries. System calls that a program makes
 * without libc are not seen.
 */
#include <errno.h>
#include <limits.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "hooks/exec.h"
#include "hooks/hook.h"
#include "system/environment.h"
#include "system/program.h"
#include "event/lifecycle.h"
#include "self/maps.h"
#include "self/raised_limits.h"
#include "ring/ring.h"
#include "system/stack_bounds.h"
#include "system/system.h"
#include "event/thread_name.h"

#define STACK_FREE_BYTES 1024   /* taken without a check of where the stack ends */
#define STACK_MARGIN_BYTES 8192 /* must stay free below the copy */

extern void *__libc_stack_end; /* set by ld.so: where the main thread's stack begins */

/* A call that starts a program. The environment is chosen later. */
struct start {
	int (*call)(const struct start *, char *const *environment);
	struct program_file program;
	char *const *arguments;
	__typeof__(real.posix_spawn) spawn;
	int *process; /* from here on: of posix_spawn */
	const posix_spawn_file_actions_t *actions;
	const posix_spawnattr_t *attributes;
};

/* ---- the environment -------------------------------------------------------------- */

/*
 * Returns the lowest address that the stack may reach; 0: unknown. A stack that the program
 * made by itself may end anywhere in its mapping.
 */
static uintptr_t stack_low(uintptr_t sp)
{
	struct stack_bounds bounds = { guard.stack_low, guard.stack_high };
	uintptr_t limit_bytes;

	if (stack_bounds_hold(&bounds, sp))
		return bounds.low;
	if (!stack_bounds_find(sp, &bounds) ||
	    !stack_bounds_hold(&bounds, (uintptr_t)__libc_stack_end))
		return 0;
	limit_bytes = system_limit_bytes(RLIMIT_STACK);
	return bounds.high - bounds.low > limit_bytes ? bounds.high - limit_bytes
	                                              : bounds.low;
}

static bool stack_has_room(const struct handover *handover)
{
	size_t size_bytes = handover->strings * sizeof(char *) + handover->preload_bytes;
	uintptr_t sp = (uintptr_t)__builtin_frame_address(0), low;

	if (size_bytes <= STACK_FREE_BYTES)
		return true;
	low = stack_low(sp);
	return low && sp - low > size_bytes + STACK_MARGIN_BYTES;
}

static int start_with_copy(const struct start *start, const struct handover *handover)
{
	char *strings[handover->strings];
	char preload[handover->preload_bytes + 1];

	return start->call(start, environment_fill(handover, strings, preload));
}

/* Make the call with `environment`, or with a copy that has the variables which it lacks. */
static int start_program(const struct start *start, char *const *environment)
{
	const char *library = environment_library();
	enum program_kind kind = *library ? program_kind(&start->program) : PROGRAM_TAKES;
	bool can_load = *library && kind != PROGRAM_REFUSES && system_can_read(library);
	bool is_lost = true, has_copy = false;
	struct handover handover;
	int result;

	switch (environment_check(&handover, environment, can_load)) {
	case HANDOVER_NONE: is_lost = false; break;
	case HANDOVER_COMPLETE:
		is_lost = kind != PROGRAM_TAKES || !lifecycle_is_followed();
		break;
	case HANDOVER_IMPOSSIBLE: break;
	case HANDOVER_LACKING:
		has_copy = stack_has_room(&handover);
		is_lost = !has_copy || kind != PROGRAM_TAKES || !lifecycle_is_followed();
		break;
	case HANDOVER_FUTILE: has_copy = stack_has_room(&handover); break;
	}
	/* Count before the call: an exec that succeeds does not return. */
	if (is_lost)
		ring_count_loss(LOST_CHILDREN, 1);
	result = has_copy ? start_with_copy(start, &handover)
	                  : start->call(start, environment);
	if (is_lost && result != 0)
		ring_count_loss(LOST_CHILDREN, (uint64_t)-1);
	return result;
}

static struct program_file program_at(const char *path)
{
	return (struct program_file){ .directory = AT_FDCWD, .path = path };
}

/* A program that libc searches in PATH if it has no slash. */
static struct program_file program_named(const char *name)
{
	const char *path = getenv("PATH");
	struct program_file program = program_at(name);

	program.search = path ? path : "/bin:/usr/bin";
	return program;
}

/* ---- exec ------------------------------------------------------------------------- */

static int execve_call(const struct start *start, char *const *environment)
{
	return real.execve(start->program.path, start->arguments, environment);
}

/* Call the real execv, but execve if the environment was replaced by a copy. */
static int execv_call(const struct start *start, char *const *environment)
{
	if (environment == environ)
		return real.execv(start->program.path, start->arguments);
	return real.execve(start->program.path, start->arguments, environment);
}

static int execvpe_call(const struct start *start, char *const *environment)
{
	return real.execvpe(start->program.path, start->arguments, environment);
}

static int execvp_call(const struct start *start, char *const *environment)
{
	if (environment == environ)
		return real.execvp(start->program.path, start->arguments);
	return real.execvpe(start->program.path, start->arguments, environment);
}

static int fexecve_call(const struct start *start, char *const *environment)
{
	return real.fexecve(start->program.directory, start->arguments, environment);
}

static int execveat_call(const struct start *start, char *const *environment)
{
	return real.execveat(start->program.directory, start->program.path,
	                     start->arguments, environment, start->program.flags);
}

/*
 * Record the names of threads and the memory map: exec ends both. Not in a child of vfork(),
 * whose address space is its parent's.
 */
static void last_snapshot_before_exec(void)
{
	bool is_held;

	if (!lifecycle_is_here() ||
	    !hold_take_also((uintptr_t)__builtin_frame_address(0), &is_held))
		return;
	thread_names_record();
	maps_record(MAPS_EXEC);
	hold_give_also(is_held);
}

static int exec_program(const struct start *start, char *const *environment)
{
	int result;

	real_resolve();
	last_snapshot_before_exec();
	raised_limits_before_exec();
	result = start_program(start, environment);
	raised_limits_after_exec();
	return result;
}

int hook_execve(const char *path, char *const arguments[], char *const environment[])
{
	struct start start = { .call = execve_call,
		                   .program = program_at(path),
		                   .arguments = arguments };

	return exec_program(&start, environment);
}
EXPORT(execve);

static int system_execve_call(const struct start *start, char *const *environment)
{
	long result = arch_syscall(SYS_execve, (long)start->program.path,
	                           (long)start->arguments, (long)environment, 0, 0, 0);

	return (int)result_of(result);
}

long exec_hooks_execve(const char *path, char *const arguments[],
                       char *const environment[])
{
	struct start start = { .call = system_execve_call,
		                   .program = program_at(path),
		                   .arguments = arguments };

	return exec_program(&start, environment);
}

int hook_execv(const char *path, char *const arguments[])
{
	struct start start = { .call = execv_call,
		                   .program = program_at(path),
		                   .arguments = arguments };

	return exec_program(&start, environ);
}
EXPORT(execv);

int hook_execvpe(const char *file, char *const arguments[], char *const environment[])
{
	struct start start = { .call = execvpe_call,
		                   .program = program_named(file),
		                   .arguments = arguments };

	return exec_program(&start, environment);
}
EXPORT(execvpe);

int hook_execvp(const char *file, char *const arguments[])
{
	struct start start = { .call = execvp_call,
		                   .program = program_named(file),
		                   .arguments = arguments };

	return exec_program(&start, environ);
}
EXPORT(execvp);

int hook_fexecve(int file, char *const arguments[], char *const environment[])
{
	struct start start = { .call = fexecve_call,
		                   .program = { file, "", AT_EMPTY_PATH, NULL },
		                   .arguments = arguments };

	return exec_program(&start, environment);
}
EXPORT(fexecve);

int hook_execveat(int directory, const char *path, char *const arguments[],
                  char *const environment[], int flags)
{
	struct start start = { .call = execveat_call,
		                   .program = { directory, path, flags, NULL },
		                   .arguments = arguments };

	return exec_program(&start, environment);
}
EXPORT(execveat);

/*
 * Count the arguments of an exec function that takes them one by one. As in libc, they become
 * an array on the stack. `list` begins after `first`.
 */
static size_t arguments_count(const char *first, va_list list)
{
	size_t count = 0;

	for (const char *argument = first; argument; argument = va_arg(list, const char *))
		count++;
	return count;
}

/*
 * Differences between execl, execle and execlp. Only execle takes an environment, after the
 * NULL.
 */
struct exec_kind {
	int (*call)(const struct start *, char *const *environment);
	struct program_file (*program)(const char *path);
	bool has_environment;
};

static int exec_list(const struct exec_kind *kind, const char *path, const char *first,
                     size_t count, va_list list)
{
	const char *arguments[count + 1];
	char *const *environment = environ;
	struct start start = { .call = kind->call,
		                   .program = kind->program(path),
		                   .arguments = (char *const *)arguments };

	arguments[0] = first;
	for (size_t i = 1; i <= count; i++)
		arguments[i] = va_arg(list, const char *);
	if (kind->has_environment)
		environment = va_arg(list, char *const *);
	return exec_program(&start, environment);
}

#define EXEC_LIST(name, ...)                                                         \
	int hook_##name(const char *path, const char *first, ...)                        \
	{                                                                                \
		static const struct exec_kind kind = { __VA_ARGS__ };                        \
		va_list list, again;                                                         \
		int result;                                                                  \
                                                                                     \
		va_start(list, first);                                                       \
		va_copy(again, list);                                                        \
		result = exec_list(&kind, path, first, arguments_count(first, list), again); \
		va_end(again);                                                               \
		va_end(list);                                                                \
		return result;                                                               \
	}                                                                                \
	EXPORT(name)

EXEC_LIST(execl, execve_call, program_at, false);
EXEC_LIST(execle, execve_call, program_at, true);
EXEC_LIST(execlp, execvpe_call, program_named, false);

/* ---- posix_spawn ------------------------------------------------------------------ */

static int spawn_call(const struct start *start, char *const *environment)
{
	return start->spawn(start->process, start->program.path, start->actions,
	                    start->attributes, start->arguments, environment);
}

#define SPAWN(name, find)                                                         \
	int hook_##name(int *process, const char *path,                               \
	                const posix_spawn_file_actions_t *actions,                    \
	                const posix_spawnattr_t *attributes, char *const arguments[], \
	                char *const environment[])                                    \
	{                                                                             \
		struct start start = { .call = spawn_call,                                \
			                   .program = find(path),                             \
			                   .arguments = arguments,                            \
			                   .process = process,                                \
			                   .actions = actions,                                \
			                   .attributes = attributes };                        \
                                                                                  \
		real_resolve();                                                           \
		start.spawn = real.name;                                                  \
		return start_program(&start, environment);                                \
	}                                                                             \
	EXPORT(name)

SPAWN(posix_spawn, program_at);
SPAWN(posix_spawnp, program_named);
#if __GLIBC_PREREQ(2, 39)
SPAWN(pidfd_spawn, program_at);
SPAWN(pidfd_spawnp, program_named);
#endif

/* ---- what libc starts by itself --------------------------------------------------- */

/*
 * Count a child that will not be recorded: system() and popen() pass on `environ`, from which
 * the program may have removed our variables, to a shell that may be static.
 */
static void own_environment_count(void)
{
	const struct program_file shell = program_at("/bin/sh");
	struct handover handover;
	enum environment_result result = environment_check(&handover, environ, true);

	if (result == HANDOVER_NONE ||
	    (result == HANDOVER_COMPLETE && lifecycle_is_followed() &&
	     program_kind(&shell) == PROGRAM_TAKES))
		return;
	ring_count_loss(LOST_CHILDREN, 1);
}

int hook_system(const char *command)
{
	real_resolve();
	if (command)
		own_environment_count();
	return real.system(command);
}
EXPORT(system);

FILE *hook_popen(const char *command, const char *mode)
{
	real_resolve();
	own_environment_count();
	return real.popen(command, mode);
}
EXPORT(popen);
