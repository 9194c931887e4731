/* attach/injection.c - prepares an attach: finds all that it needs, and refuses. */
#include "attach/injection.h"

#include "attach/library.h"
#include "attach/safe_point.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#define CODE_PIECE_BYTES 4096
#define TURN_US 5000 /* between two tries to be the only one */
#define TURN_TRIES 1000

/* ---- libc ---- */

/* `syscall; ret`: there in every libc, so that nothing need be written into code. */
static uint64_t gadget_find(const struct remote *remote,
                            const struct remote_object *libc)
{
	static const uint8_t wanted[] = { 0x0f, 0x05, 0xc3 };
	uint8_t piece[CODE_PIECE_BYTES];
	uint64_t at = libc->code_start;
	const uint8_t *found;
	size_t bytes;

	while (at + sizeof(wanted) < libc->code_end) {
		bytes = libc->code_end - at;
		if (bytes > sizeof(piece))
			bytes = sizeof(piece);
		if (!remote_read(remote, at, piece, bytes))
			return 0;
		found = memmem(piece, bytes, wanted, sizeof(wanted));
		if (found)
			return at + (uint64_t)(found - piece);
		at += bytes - sizeof(wanted) + 1;
	}
	return 0;
}

static int libc_refuse(const struct injection *injection, struct error *error)
{
	const struct remote *remote = &injection->remote;
	size_t i;

	for (i = 0; i < remote->count; i++) {
		if (strstr(remote->objects[i].name, "musl"))
			return error_set(error,
			                 "%d: is built for musl (%s), outlive for glibc: build it "
			                 "against glibc",
			                 (int)remote->pid, remote->objects[i].name);
	}
	return error_set(error, "%d: uses no glibc (libc.so.6)", (int)remote->pid);
}

static int functions_find(struct injection *injection,
                          const struct remote_symbols *libc, struct error *error)
{
	struct carrier *carrier = &injection->carrier;

	carrier->pthread_create = remote_symbol(libc, "pthread_create");
	carrier->pthread_detach = remote_symbol(libc, "pthread_detach");
	carrier->dlopen = remote_symbol(libc, "dlopen");
	carrier->dlsym = remote_symbol(libc, "dlsym");
	carrier->dlerror = remote_symbol(libc, "dlerror");
	injection->single_threaded = remote_symbol(libc, "__libc_single_threaded");
	injection->gadget = gadget_find(&injection->remote, libc->object);
	if (carrier->pthread_create && carrier->pthread_detach && carrier->dlopen &&
	    carrier->dlsym && carrier->dlerror && injection->gadget &&
	    injection->single_threaded)
		return carrier_plan_make(&injection->plan, &injection->remote, libc, error);
	return error_set(error, "its glibc is older than 2.34: record it from its start "
	                        "(outlive run)");
}

static int libc_read(struct injection *injection, struct error *error)
{
	const struct remote_object *libc = remote_named(&injection->remote, "libc.so.6");
	struct remote_symbols symbols;
	struct error cause;
	int result;

	if (!libc)
		return libc_refuse(injection, error);
	if (remote_symbols_read(&injection->remote, libc, &symbols))
		return error_set(error, "%d: the symbols of its libc cannot be read",
		                 (int)injection->settings.pid);
	result = functions_find(injection, &symbols, &cause);
	if (result)
		error_set(error, "%d: %s", (int)injection->settings.pid, cause.message);
	else if (injection->facts.threads == 1)
		injection->place = safe_point_new(&injection->remote);
	remote_symbols_release(&symbols);
	return result;
}

/* ---- the library ---- */

static int attached_refuse(const struct injection *injection, struct error *error)
{
	int pid = (int)injection->settings.pid;

	switch (injection->before.state) {
	case ATTACH_INERT: return 0;
	case ATTACH_OF_START:
		return error_set(error, "%d: is recorded since its start, by outlive run", pid);
	case ATTACH_ENDING:
		return error_set(error,
		                 "%d: an earlier recording is still ending: %u of its threads "
		                 "wait in a recorded call; try again later",
		                 pid, injection->before.inside);
	default:
		if (injection->before.pid != (uint32_t)injection->facts.inner_pid)
			return error_set(error,
			                 "%d: was forked by a process (%u) that was being "
			                 "recorded, and still has its patched words: attach to "
			                 "another one",
			                 pid, injection->before.pid);
		return error_set(error,
		                 "%d: is recorded already: 'outlive ps' says by whom, "
		                 "'outlive detach %d' ends that",
		                 pid, pid);
	}
}

static int library_prepare(struct injection *injection, struct error *error)
{
	const struct injection_settings *settings = &injection->settings;
	struct carrier *carrier = &injection->carrier;
	struct carrier old;

	if (library_find(&injection->remote, settings->library, &injection->control,
	                 &carrier->serve, error))
		return -1;
	if (!injection->control)
		return library_reach(settings->pid, settings->library, &injection->there,
		                     carrier->path, sizeof(carrier->path), error);
	if (!library_control(&injection->remote, injection->control, &injection->before))
		return error_set(error,
		                 "%d: liboutlive.so is loaded there, but its control block is "
		                 "damaged",
		                 (int)settings->pid);
	if (attached_refuse(injection, error))
		return -1;
	if (!injection->before.mapping)
		return error_set(
			error,
			"%d: liboutlive.so was loaded by the program itself: record it "
			"from its start (outlive run)",
			(int)settings->pid);
	if (!remote_read(&injection->remote, injection->before.mapping, &old,
	                 sizeof(old)) ||
	    injection->before.mapping_bytes != injection->plan.data_bytes)
		return error_set(error, "%d: the memory of an earlier attach is damaged",
		                 (int)settings->pid);
	carrier->code = old.code;
	return 0;
}

/* ---- all of it ---- */

static int objects_read(struct injection *injection, struct error *error)
{
	int pid = (int)injection->settings.pid;
	struct error cause;

	if (remote_open(&injection->remote, injection->settings.pid, &cause)) {
		process_denied(&injection->facts, injection->settings.pid, errno, error);
		return -1;
	}
	if (remote_objects(&injection->remote, &cause))
		return error_set(error, "%d: %s", pid, cause.message);
	return 0;
}

/*
 * One attach to a process at a time: two would write the same memory there. The lock is on a file
 * of the process that everybody can read. The guardian inherits it; it ends with the last of us.
 */
static int turn_take(struct injection *injection, struct error *error)
{
	int pid = (int)injection->settings.pid, tries = TURN_TRIES;
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	injection->turn = open(path, O_RDONLY | O_CLOEXEC);
	while (injection->turn >= 0 && flock(injection->turn, LOCK_EX | LOCK_NB)) {
		if (errno != EWOULDBLOCK && errno != EINTR)
			return 0; /* a kernel without such locks there */
		if (!--tries)
			return error_set(error, "%d: another attach to it is under way: try again",
			                 pid);
		usleep(TURN_US);
	}
	return 0;
}

int injection_prepare(struct injection *injection,
                      const struct injection_settings *settings, struct error *error)
{
	memset(injection, 0, sizeof(*injection));
	injection->remote.memory = injection->turn = -1;
	injection->there.root = injection->there.directory = -1;
	injection->settings = *settings;
	strcpy(injection->carrier.symbol, ATTACH_SERVE);
	if (turn_take(injection, error) ||
	    process_facts_read(&injection->facts, settings->pid, error) ||
	    process_check(&injection->facts, settings->pid, error) ||
	    objects_read(injection, error) || libc_read(injection, error))
		return -1;
	if (injection->facts.has_shadow_stack && !settings->request.is_plain)
		return error_set(error,
		                 "%d: has a shadow stack, which return stubs would break: use "
		                 "--frames=plain",
		                 (int)settings->pid);
	injection->settings.request.age_ns = injection->facts.age_ns;
	return elsewhere_open(&injection->there, settings->pid, error) ||
	               library_prepare(injection, error)
	           ? -1
	           : 0;
}

void injection_release(struct injection *injection)
{
	safe_point_free(injection->place);
	injection->place = NULL;
	elsewhere_remove_copy(&injection->there);
	remote_close(&injection->remote);
	if (injection->turn >= 0)
		close(injection->turn);
	injection->turn = -1;
}
