/*
 * ring_name.h - the ring's file in its directory: made under a hidden name, shown when
 * whoever sees it can read it. Layer 2.
 */
#ifndef OUTLIVE_RING_NAME_H
#define OUTLIVE_RING_NAME_H

#include <stdbool.h>
#include <stdint.h>

#define RING_NAME_DIRECTORY_BYTES 512 /* the longest directory, NUL included */
#define RING_NAME_PATH_BYTES (RING_NAME_DIRECTORY_BYTES + 64)

/*
 * The descriptor of a new file under a hidden name, or negative. Its path goes to `path`
 * (RING_NAME_PATH_BYTES), and to *number what tells it from other images of this process.
 */
int ring_name_open(const char *directory, char *path, uint64_t *number);

/* Rename it to `<directory>/<pid>.<number>.ring`, or with a higher number. */
bool ring_name_show(const char *directory, const char *hidden, uint64_t number);

#endif
