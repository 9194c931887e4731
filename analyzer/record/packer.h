/*
 * record/packer.h - compresses what was stored in haste.
 *
 * While the program and the drain share busy processors, the program waits for compression:
 * chunks are then stored almost uncompressed, and packed at the end.
 */
#ifndef OUTLIVE_RECORD_PACKER_H
#define OUTLIVE_RECORD_PACKER_H

#include "trace/writer.h"

/*
 * Called after each block with the bytes read so far. False: stop, and leave the file as it is.
 */
typedef bool trace_packer_visit(void *context, uint64_t done, uint64_t expected);

/*
 * Write a copy of the finished trace with its hasty blocks compressed, and rename it over the
 * trace: the file is complete at every moment. If that fails (a full disk, a read-only
 * directory, a file with several links, `visit` returned false), the trace stays as it is. The
 * writer continues with whichever file is there.
 */
void trace_pack(struct trace_writer *writer, trace_packer_visit *visit, void *context);

#endif
