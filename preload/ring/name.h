/*
 * ring/name.h - the ring's file in its directory: made under a hidden name, renamed once a
 * reader can read it, or left empty as a sign that there is no ring.
 */
#ifndef OUTLIVE_PRELOAD_RING_NAME_H
#define OUTLIVE_PRELOAD_RING_NAME_H

#include <stdbool.h>
#include <stdint.h>

#define RING_NAME_DIRECTORY_BYTES 576 /* the longest directory, NUL included */
#define RING_NAME_PATH_BYTES (RING_NAME_DIRECTORY_BYTES + 64)

/*
 * Make a new file under a hidden name. Returns its descriptor, or a negative error. Its path
 * goes to `path` (RING_NAME_PATH_BYTES); *number distinguishes it from other images of this
 * process.
 */
int ring_name_open(const char *directory, char *path, uint64_t *number);

/*
 * The same where a mount namespace may hide the directory (512 bytes at most, with its NUL):
 * through the root of process `reader` in /proc; 0: no reader. The directory that was used goes
 * to `seen` (RING_NAME_DIRECTORY_BYTES).
 */
int ring_name_find(const char *directory, uint32_t reader, char *seen, char *path,
                   uint64_t *number);

/* Whether the directory can be reached that way. */
bool ring_name_is_in_reach(const char *directory, uint32_t reader);

/* Rename it to `<directory>/<pid>.<number>.ring`, or use a higher number. */
bool ring_name_show(const char *directory, const char *hidden, uint64_t number);

/* Empty it and rename it to `<directory>/<pid>.<number>.none`: this process has no ring. */
void ring_name_give_up(const char *directory, const char *hidden, uint64_t number,
                       int fd);

#endif
