/*
 * trace/writer.h - writes a trace file: a header, then blocks, whose payloads are one zstd
 * frame each.
 *
 * A block is written whole or not at all: when the disk is full, the file is cut back to its
 * last whole block and stays readable up to there.
 */
#ifndef OUTLIVE_TRACE_WRITER_H
#define OUTLIVE_TRACE_WRITER_H

#include "base/error.h"
#include "trace_format.h"

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LEVEL_HASTY (-1000) /* zstd level: a copy, or nearly one */

struct trace_writer {
	int descriptor;  /* -1 before open and after close */
	int failure;     /* errno of a write that failed; all later ones fail silently */
	int level;       /* zstd level of the next blocks */
	uint64_t offset; /* where the next block goes; all before is whole */
	uint64_t block_count;
	uint64_t raw_bytes;   /* of all payloads, before compression */
	uint64_t hasty_bytes; /* in blocks stored at LEVEL_HASTY: see record/packer.h */
	uint64_t hasty_max;   /* the most of these that the disk has room for */
	char path[PATH_MAX];
	struct ZSTD_CCtx_s *context;
	uint8_t *buffer; /* the compressed payload */
	size_t buffer_bytes;
};

/*
 * Begin a trace in the file behind `descriptor` (opened read-write, empty). The writer owns the
 * descriptor from now on and closes it. `path` is for messages and is copied. 0, or -1 and
 * *error.
 */
int trace_writer_open(struct trace_writer *writer, int descriptor, const char *path,
                      uint64_t session, struct error *error);

/*
 * Readers that do not know these features (FEATURE_SAMPLED ..) are to refuse the trace. Call before
 * the first block. 0, or -1 and *error.
 */
int trace_writer_require(struct trace_writer *writer, uint64_t features,
                         struct error *error);

/*
 * Replace the header that trace_writer_open() wrote by that of another trace, whose blocks are
 * copied. What is written from now on is of our version, so the header says at least that. 0,
 * or -1 and *error.
 */
int trace_writer_header(struct trace_writer *writer, const struct trace_header *header,
                        struct error *error);

/*
 * Append one block. Takes type, process, ticket, time_first and events from *about and fills in
 * the other fields. `payload` has `bytes` bytes; 0: no payload. 0, or -1: *error says why the
 * first time; later failures leave it alone.
 */
int trace_writer_block(struct trace_writer *writer, const struct trace_block *about,
                       const void *payload, size_t bytes, struct error *error);

/* Append a block whose payload of about->stored_bytes is already compressed. */
int trace_writer_stored(struct trace_writer *writer, const struct trace_block *about,
                        const void *stored, struct error *error);

/* Append the END block: the trace is complete. 0, or -1 as above. */
int trace_writer_end(struct trace_writer *writer, struct error *error);

/* Go on after trace_writer_end(): the next block replaces the END block. */
void trace_writer_reopen(struct trace_writer *writer);

/* Close the file in any state. 0, or -1 and *error: the system lost data at close. */
int trace_writer_close(struct trace_writer *writer, struct error *error);

#endif
