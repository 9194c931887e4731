/*
 * system/settings.h - the recorder's settings: environment variables, or, in a process that was
 * attached to, a request of the tool's.
 */
#ifndef OUTLIVE_PRELOAD_SYSTEM_SETTINGS_H
#define OUTLIVE_PRELOAD_SYSTEM_SETTINGS_H

#include <stdbool.h>
#include <stdint.h>

#include "attach_format.h"

#define SETTINGS_DIRECTORY_BYTES 512
#define SETTINGS_PHASE_BYTES 256 /* a name of a phase, and its NUL */

struct settings {
	char directory[SETTINGS_DIRECTORY_BYTES]; /* OUTLIVE_DIR; empty: stay inert */
	uint64_t ring_bytes;                      /* OUTLIVE_RING: size of all chunks */
	uint64_t session;                         /* OUTLIVE_SESSION, hexadecimal */
	uint32_t policy;                          /* OUTLIVE_POLICY: enum ring_policy */
	uint32_t root_pid;         /* OUTLIVE_ROOT: only this process; 0: all */
	uint32_t reader_pid;       /* OUTLIVE_READER; 0: none */
	uint64_t reader_namespace; /* OUTLIVE_READER_NS: inode of pid namespace, or 0 */
	uint64_t reader_view;      /* OUTLIVE_READER_FILES: ring_view(); 0: unknown */
	uint64_t go_heap_rate;     /* OUTLIVE_GO_HEAP: bytes for each sample; 0: none */
	bool wants_exact;          /* OUTLIVE_FRAMES: not "plain" */
	uint64_t
		age_ns; /* of the process when recording began; 0: from its start, or unknown */
	uint64_t
		sample_bytes; /* OUTLIVE_SAMPLE: one in so many is sampled; 0: record all */
	/* Begin to record at this time (CLOCK_MONOTONIC), or in this phase; 0, "": at once */
	uint64_t start_ns;                      /* OUTLIVE_START_NS */
	char start_phase[SETTINGS_PHASE_BYTES]; /* OUTLIVE_START_PHASE */
	/* Set by event/sampling.c: see ring/account.h. 0: there is to be no account */
	uint32_t account_blocks;
};

/*
 * Read the environment that the kernel gave to the process (/proc/self/environ), since
 * `environ` is empty until libc's own constructor has run. If /proc is not mounted, read
 * `environ`. For invalid values the defaults are used, without a message.
 */
void settings_read(struct settings *settings);

/*
 * Take them from a request. Only the calling process is recorded, not its children. False: the
 * request is of another version, or impossible.
 */
bool settings_take(struct settings *settings, const struct attach_request *request);

#endif
