/*
 * base/byte_source.h - reads bytes at any offset of a file or of memory (which tests and the
 * fuzzer use).
 */
#ifndef OUTLIVE_BASE_BYTE_SOURCE_H
#define OUTLIVE_BASE_BYTE_SOURCE_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct byte_source {
	char *name;            /* for messages */
	uint64_t bytes;        /* the length when it was opened */
	const uint8_t *memory; /* NULL: it is a file */
	int fd;
};

/* Open a regular file for reading. 0, or -1 and *error. */
int byte_source_open(struct byte_source *source, const char *path, struct error *error);

/* The same for a name in an open directory; does not follow symbolic links. */
int byte_source_open_at(struct byte_source *source, int directory, const char *name,
                        struct error *error);

/*
 * Read from memory, which is borrowed and must outlive the source. 0, or -1 when memory is out.
 */
int byte_source_memory(struct byte_source *source, const char *name,
                       const uint8_t *memory, size_t bytes);

void byte_source_close(struct byte_source *source);

/* Whether it reads the same file as an open descriptor. */
bool byte_source_is_of(const struct byte_source *source, int fd);

/*
 * Copy `bytes` bytes at `offset`. 0, or -1 and *error (which may be NULL): they are beyond the
 * end, or the disk failed. If the file shrinks meanwhile, this is an error and not a SIGBUS.
 */
int byte_source_read(const struct byte_source *source, uint64_t offset, void *to,
                     size_t bytes, struct error *error);

#endif
