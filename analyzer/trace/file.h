/*
 * trace/file.h - steps through the blocks of a trace file, and past damage.
 */
#ifndef OUTLIVE_TRACE_FILE_H
#define OUTLIVE_TRACE_FILE_H

#include "base/byte_source.h"
#include "base/error.h"
#include "trace_format.h"

#include <stdbool.h>

struct trace_file {
	const struct byte_source *source;
	struct trace_header header;
	uint64_t at;      /* where the next block begins */
	uint64_t blocks;  /* found so far */
	bool has_end;     /* the END block was found */
	bool is_complete; /* and its number of blocks is right */
	bool is_ended;    /* no further block */
	/* set by the caller: what is cut short at the end is still being written */
	bool is_growing;
};

/* Read and check the header. 0, or -1 and *error. The source is borrowed. */
int trace_file_start(struct trace_file *file, const struct byte_source *source,
                     struct error *error);

/*
 * Find the next block whose header is sound. 1: *offset is the offset of its payload. 0: there
 * are no more blocks, or none yet if the file grows. Skips damage and reports it in *problems.
 * Does not check the block's type.
 */
int trace_file_next(struct trace_file *file, struct trace_block *block,
                    uint64_t *offset, struct problem_list *problems);

/*
 * Decompress the payload of `stored_bytes` at `offset` into `to`, which has room for raw_bytes.
 * The payload must have exactly raw_bytes. 0, or -1 and *error.
 */
struct payload_reader;
struct payload_reader *payload_reader_new(void);
void payload_reader_free(struct payload_reader *payloads);
int payload_read(struct payload_reader *payloads, const struct byte_source *source,
                 uint64_t offset, uint64_t stored_bytes, uint8_t *to,
                 uint64_t raw_bytes, struct error *error);

#endif
