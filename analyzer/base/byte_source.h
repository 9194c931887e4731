/*
 * base/byte_source.h - bytes that can be read at any offset: a file, or memory (tests and
 * the fuzzer read from memory).
 */
#ifndef OUTLIVE_BASE_BYTE_SOURCE_H
#define OUTLIVE_BASE_BYTE_SOURCE_H

#include "base/error.h"

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct byte_source {
	char *name;            /* what messages call it */
	uint64_t bytes;        /* its length when it was opened */
	const uint8_t *memory; /* NULL: a file */
	int fd;
};

/* A regular file that can be read, or -1 and *error. */
int byte_source_open(struct byte_source *source, const char *path, struct error *error);

/* As above, for a name in an open directory; symbolic links are not followed. */
int byte_source_open_at(struct byte_source *source, int directory, const char *name,
                        struct error *error);

/* Borrowed memory, which must outlive the source. 0, or -1 when memory is out. */
int byte_source_memory(struct byte_source *source, const char *name,
                       const uint8_t *memory, size_t bytes);

void byte_source_close(struct byte_source *source);

/*
 * Copy `bytes` bytes at `offset`. 0, or -1 and *error (NULL is allowed): beyond the
 * end, or the disk failed. A file that shrank under us ends here, not in SIGBUS.
 */
int byte_source_read(const struct byte_source *source, uint64_t offset, void *to,
                     size_t bytes, struct error *error);

#endif
