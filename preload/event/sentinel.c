/* event/sentinel.c - a page that fork wipes, or loses. */
#include "event/sentinel.h"

#include "ring/ring.h"
#include "system/guard.h"
#include "system/own_memory.h"
#include "system/system.h"

/* How a forked child is distinguished from its parent. */
static enum {
	FORK_WIPES, /* its sentinel is zero: MADV_WIPEONFORK, Linux 4.14 */
	FORK_LOSES, /* it lacks the sentinel's page: MADV_DONTFORK */
	FORK_COPIES /* the kernel does neither, whatever it returns: only pids differ */
} fork_kind;

/* A page that has no other use. In a forked child it is zero, or missing. */
struct sentinel_page {
	struct own_header header;
	volatile uint32_t sentinel;
};

#define SENTINEL_BYTES ARCH_PAGE_BYTES

static struct sentinel_page *sentinel_page;
static volatile uint32_t never_set; /* always 0: the slow check decides each time */

void sentinel_set(void)
{
	sentinel_page->header = (struct own_header){ OWN_HEADER_MAGIC, SENTINEL_BYTES };
	sentinel_page->sentinel = recorder.session;
}

/*
 * While it is recorded, the word is not that of nothing: a child that another thread forks in
 * between would not see that it is one, and record into its parent's ring.
 */
void sentinel_record(bool is_recording)
{
	if (!is_recording) {
		recorder.is_recording = false;
		guard_barrier();
		recorder.sentinel = &recorder_nothing;
		return;
	}
	recorder.sentinel = fork_kind == FORK_WIPES ? &sentinel_page->sentinel : &never_set;
	guard_barrier();
	recorder.is_recording = true;
}

/*
 * Whether the kernel follows such advice. Emulators (qemu-user) and some sandboxes report
 * success, but do nothing. A real kernel refuses to wipe shared memory.
 */
static bool advice_is_taken(void)
{
	long page = system_call(SYS_mmap, 0, SENTINEL_BYTES, PROT_READ,
	                        MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	bool is_refused;

	if (page < 0 && page > -4096)
		return true;
	is_refused = system_advise((void *)page, SENTINEL_BYTES, MADV_WIPEONFORK) < 0;
	system_unmap((void *)page, SENTINEL_BYTES);
	return is_refused;
}

bool sentinel_make(void)
{
	sentinel_page = system_map(SENTINEL_BYTES, -1);
	if (!sentinel_page)
		return false;
	if (!advice_is_taken())
		fork_kind = FORK_COPIES;
	else if (system_advise(sentinel_page, SENTINEL_BYTES, MADV_WIPEONFORK) == 0)
		fork_kind = FORK_WIPES;
	else if (system_advise(sentinel_page, SENTINEL_BYTES, MADV_DONTFORK) == 0)
		fork_kind = FORK_LOSES;
	else
		fork_kind = FORK_COPIES;
	sentinel_set();
	return true;
}

bool sentinel_renew(void)
{
	if (fork_kind == FORK_LOSES)
		return sentinel_make();
	sentinel_set();
	return true;
}

/* The child may have mapped something else there, which has no sentinel. */
static bool page_is_lost(void)
{
	return !system_is_mapped((uintptr_t)sentinel_page, 1) ||
	       sentinel_page->header.magic != OWN_HEADER_MAGIC || !sentinel_page->sentinel;
}

bool sentinel_is_own_memory(void)
{
	switch (fork_kind) {
	case FORK_WIPES: return !sentinel_page->sentinel;
	case FORK_LOSES: return page_is_lost();
	default: return false;
	}
}

/*
 * A child of vfork() shares its parent's memory, with all pages, but has another pid. If only
 * pids differ, it is taken for a forked child; emulators do fork it.
 */
bool sentinel_is_forked(void)
{
	switch (fork_kind) {
	case FORK_WIPES: return true;
	case FORK_LOSES: return page_is_lost();
	default: return recorder.pid && system_pid() != recorder.pid;
	}
}
