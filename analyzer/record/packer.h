/*
 * record/packer.h - compress what was written in haste.
 *
 * While the program and the drain share busy processors, what compression takes the
 * program waits for: chunks are then stored nearly as they are, and packed at the end.
 */
#ifndef OUTLIVE_RECORD_PACKER_H
#define OUTLIVE_RECORD_PACKER_H

#include "trace/writer.h"

/* Called now and then with the bytes read so far; false: stop, and leave the file alone. */
typedef bool trace_packer_visit(void *context, uint64_t done, uint64_t expected);

/*
 * Write the finished trace anew beside itself, its hasty blocks compressed, and put that
 * in its place: the file is whole at every moment. Where that cannot be (a full disk, a
 * directory that may not be written, a file with other links, `visit` said no) the trace
 * stays as it is. The writer goes on with what is there then.
 */
void trace_pack(struct trace_writer *writer, trace_packer_visit *visit, void *context);

#endif
