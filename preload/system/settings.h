/*
 * system/settings.h - what the environment asks of the recorder.
 */
#ifndef OUTLIVE_PRELOAD_SYSTEM_SETTINGS_H
#define OUTLIVE_PRELOAD_SYSTEM_SETTINGS_H

#include <stdbool.h>
#include <stdint.h>

#define SETTINGS_DIRECTORY_BYTES 512

struct settings {
	char directory[SETTINGS_DIRECTORY_BYTES]; /* OUTLIVE_DIR; empty: stay inert */
	uint64_t ring_bytes;                      /* OUTLIVE_RING: of all chunks */
	uint64_t session;                         /* OUTLIVE_SESSION, hexadecimal */
	uint32_t policy;                          /* OUTLIVE_POLICY: enum ring_policy */
	uint32_t root_pid;         /* OUTLIVE_ROOT: only this process; 0: all */
	uint32_t reader_pid;       /* OUTLIVE_READER; 0: nobody */
	uint64_t reader_namespace; /* OUTLIVE_READER_NS: inode of its pid namespace; 0: ? */
	uint64_t reader_view;      /* OUTLIVE_READER_FILES: ring_view(); 0: ? */
	bool wants_exact;          /* OUTLIVE_FRAMES: not "plain" */
};

/*
 * Read the environment as the kernel gave it to the process (/proc/self/environ), or as
 * `environ` has it where /proc is not mounted: before libc's own constructor `environ`
 * is empty. Values that make no sense are taken as the default, never complained about.
 */
void settings_read(struct settings *settings);

#endif
