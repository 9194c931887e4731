/*
 * hooks/limit.c - the hooks of functions that limit a process's memory. The program gets the
 * limit that it asked for, and the recorder's own memory is not counted in it.
 *
 * A program that limits its address space to what it needs (RLIMIT_AS, RLIMIT_DATA) does not
 * know of the ring, this library and the states of threads in it. malloc() would fail where it
 * does not fail without the recorder. So the kernel is given a limit that is larger by our
 * memory, and the program is shown the limit that it set. If an earlier hard limit leaves no
 * room for that, the kernel's limit is as large as the hard limit allows.
 */
#include <errno.h>
#include <link.h>

#include "hooks/hook.h"
#include "event/lifecycle.h"
#include "self/raised_limits.h"
#include "ring/ring.h"
#include "stack/stub_pool.h"
#include "system/system.h"
#include "stack/thread_state.h"

/*
 * Room for what the recorder maps later: states of more threads, deeper stacks, other stacks.
 */
#define LATER_BYTES (UINT64_C(2) << 20)

/* Set by the linker: where this library begins and ends. */
extern const char library_start[] __asm__("__ehdr_start")
	__attribute__((visibility("hidden")));
extern const char library_end[] __asm__("_end") __attribute__((visibility("hidden")));

static struct raised_limit *raised_of(int resource)
{
	for (size_t i = 0; i < RAISED_LIMITS; i++) {
		if (raised_limits[i].resource == resource)
			return &raised_limits[i];
	}
	return NULL;
}

/* ---- what is ours ------------------------------------------------------------------ */

/* Returns the bytes of this library that RLIMIT_DATA counts: private and writable memory. */
static uint64_t library_data_bytes(void)
{
	const ElfW(Ehdr) *elf = (const ElfW(Ehdr) *)library_start;
	const ElfW(Phdr) *segments = (const ElfW(Phdr) *)(library_start + elf->e_phoff);
	uint64_t size_bytes = recorder.is_exact ? sizeof(outlive_stub_entries) : 0;

	for (int i = 0; i < elf->e_phnum; i++) {
		if (segments[i].p_type == PT_LOAD && segments[i].p_flags & PF_W)
			size_bytes += segments[i].p_memsz;
	}
	return size_bytes;
}

static uint64_t own_bytes(int resource)
{
	uint64_t size_bytes = LATER_BYTES;

	for (const struct thread_state *state = thread_states(); state; state = state->next)
		size_bytes += OWN_THREAD_BYTES + state->stack.mapped_bytes;
	if (resource == RLIMIT_DATA)
		return size_bytes + library_data_bytes();
	return size_bytes + (uint64_t)(library_end - library_start) +
	       (ring.header ? ring.mapped_bytes : 0);
}

/* ---- setting and asking -------------------------------------------------------------- */

static rlim_t larger(rlim_t limit, uint64_t by)
{
	return limit > RLIM_INFINITY - by ? RLIM_INFINITY : limit + by;
}

static bool is_same(const struct rlimit *a, const struct rlimit *b)
{
	return a->rlim_cur == b->rlim_cur && a->rlim_max == b->rlim_max;
}

/* Replace the kernel's limit by the one that the program set. */
static void limit_show(int resource, struct rlimit *limit)
{
	const struct raised_limit *of = raised_of(resource);

	if (of && of->is_raised && is_same(limit, &of->given))
		*limit = of->asked;
}

/*
 * Set the kernel's limit to what the program asks for and our memory. False: nothing was
 * changed.
 */
static bool limit_raise(struct raised_limit *of, const struct rlimit *asked)
{
	uint64_t by = own_bytes(of->resource);
	struct rlimit now,
		given = { larger(asked->rlim_cur, by), larger(asked->rlim_max, by) };

	if (raised_limits_call(of->resource, NULL, &now) < 0)
		return false;
	/* Only a privileged process may exceed the hard limit. */
	if (raised_limits_call(of->resource, &given, NULL) < 0) {
		given.rlim_max = now.rlim_max;
		if (given.rlim_cur > now.rlim_max)
			given.rlim_cur = now.rlim_max;
		if (raised_limits_call(of->resource, &given, NULL) < 0)
			return false;
	}
	*of = (struct raised_limit){ of->resource, true, *asked, given };
	return true;
}

/*
 * Whether this is a memory limit of the calling process itself. A child of vfork() shares this
 * memory, but has limits of its own.
 */
static bool is_own_memory(pid_t pid, int resource)
{
	return raised_of(resource) && lifecycle_is_here() &&
	       (pid == 0 || (uint32_t)pid == system_pid());
}

static bool limit_read(struct rlimit *limit, const struct rlimit *from)
{
	if (!system_is_readable(&from->rlim_cur) || !system_is_readable(&from->rlim_max))
		return false;
	*limit = *from;
	return true;
}

/*
 * Set a limit. Requests that the kernel refuses go to the real function, so that errno is the
 * same as without the recorder: invalid limits, and limits above the program's hard limit.
 */
static int limit_set(int resource, const struct rlimit *limit)
{
	struct raised_limit *of = raised_of(resource);
	struct rlimit seen, asked;
	int result;

	if (!limit_read(&asked, limit) || raised_limits_call(resource, NULL, &seen) < 0)
		return real.setrlimit((__rlimit_resource_t)resource, limit);
	limit_show(resource, &seen);
	if (asked.rlim_cur > asked.rlim_max || asked.rlim_max > seen.rlim_max) {
		/*
		 * The kernel's hard limit was raised, so the request is raised as well: it must
		 * fail.
		 */
		if (of->is_raised && asked.rlim_max > seen.rlim_max)
			asked.rlim_max = larger(asked.rlim_max, own_bytes(resource));
		result = real.setrlimit((__rlimit_resource_t)resource, &asked);
		if (result != 0)
			return result;
		asked = *limit;
	}
	return limit_raise(of, &asked)
	           ? 0
	           : real.setrlimit((__rlimit_resource_t)resource, limit);
}

/* ---- the names ----------------------------------------------------------------------- */

int hook_setrlimit(__rlimit_resource_t resource, const struct rlimit *limit)
{
	real_resolve();
	return is_own_memory(0, (int)resource) ? limit_set((int)resource, limit)
	                                       : real.setrlimit(resource, limit);
}
EXPORT(setrlimit);

int hook_getrlimit(__rlimit_resource_t resource, struct rlimit *limit)
{
	int result;

	real_resolve();
	result = real.getrlimit(resource, limit);
	/*
	 * Also in an unrecorded child: it inherits both the kernel's limit and the program's.
	 */
	if (result == 0)
		limit_show((int)resource, limit);
	return result;
}
EXPORT(getrlimit);

int hook_prlimit(pid_t pid, enum __rlimit_resource resource,
                 const struct rlimit *new_limit, struct rlimit *old_limit)
{
	int result;

	real_resolve();
	if (!is_own_memory(pid, (int)resource)) {
		result = real.prlimit(pid, resource, new_limit, old_limit);
		if (result == 0 && old_limit && (pid == 0 || (uint32_t)pid == system_pid()))
			limit_show((int)resource, old_limit);
		return result;
	}
	result = real.prlimit(pid, resource, NULL, old_limit);
	if (result != 0)
		return result;
	if (old_limit)
		limit_show((int)resource, old_limit);
	return new_limit ? limit_set((int)resource, new_limit) : 0;
}
EXPORT(prlimit);

/* With a 64-bit rlim_t, these are the same functions under other names. */
int hook_setrlimit64(__rlimit_resource_t resource, const struct rlimit *limit)
{
	return hook_setrlimit(resource, limit);
}
EXPORT(setrlimit64);

int hook_getrlimit64(__rlimit_resource_t resource, struct rlimit *limit)
{
	return hook_getrlimit(resource, limit);
}
EXPORT(getrlimit64);

int hook_prlimit64(pid_t pid, enum __rlimit_resource resource,
                   const struct rlimit *new_limit, struct rlimit *old_limit)
{
	return hook_prlimit(pid, resource, new_limit, old_limit);
}
EXPORT(prlimit64);
