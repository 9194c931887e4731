/*
 * hooks/limit.c - the exported names that limit a program's memory: the limit is what the
 * program meant, without ours.
 *
 * A program that limits its address space to what it needs (RLIMIT_AS, RLIMIT_DATA) does not
 * know that the ring, this library and the states of threads lie in it, too, and malloc would
 * fail that does not fail bare. So the kernel is given so much more, and the program is
 * answered what it has set. Where the hard limit from before leaves no room for that, the
 * kernel's limit is as large as it may be.
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

/* For what is mapped later: states of further threads, deeper stacks, other stacks. */
#define LATER_BYTES (UINT64_C(2) << 20)

/* By the linker: where this library begins and ends. */
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

/* RLIMIT_DATA counts what is private and can be written to. */
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
		size_bytes += OWN_THREAD_BYTES + state->frames_mapped_bytes;
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

/* What the program is to see where the kernel answers `limit`. */
static void limit_show(int resource, struct rlimit *limit)
{
	const struct raised_limit *of = raised_of(resource);

	if (of && of->is_raised && is_same(limit, &of->given))
		*limit = of->asked;
}

/* The kernel's limit for what the program asks. False: it is as it was. */
static bool limit_raise(struct raised_limit *of, const struct rlimit *asked)
{
	uint64_t by = own_bytes(of->resource);
	struct rlimit now,
		given = { larger(asked->rlim_cur, by), larger(asked->rlim_max, by) };

	if (raised_limits_call(of->resource, NULL, &now) < 0)
		return false;
	/* More than the hard limit is for the privileged alone. */
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
 * True if it is a limit of the calling process's own memory. A child of vfork() has this
 * memory, but limits of its own.
 */
static bool is_own_memory(pid_t pid, int resource)
{
	return raised_of(resource) && recorder.is_recording && !lifecycle_is_forked() &&
	       system_pid() == ring.header->pid &&
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
 * Whatever the kernel refuses, the real function is asked for, so that errno is as without
 * us: limits that are none, and more than the program's hard limit.
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
		/* The kernel's hard limit is higher than the program knows: it must be, too. */
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
	/* Children inherit the kernel's limit, and what it stands for: also unrecorded ones. */
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

/* Where a size of 64 bits is the usual one, these are the same, by other names. */
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
