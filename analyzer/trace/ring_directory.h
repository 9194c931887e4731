/*
 * trace/ring_directory.h - the rings a session left behind in its directory.
 */
#ifndef OUTLIVE_TRACE_RING_DIRECTORY_H
#define OUTLIVE_TRACE_RING_DIRECTORY_H

#include "base/byte_source.h"

/*
 * Call `take` with each ring in the directory, by name in ascending order; it takes the
 * source over. Others' files there, links, and what cannot be opened are passed by. A
 * directory that is gone (the usual case: all was drained) holds no rings.
 */
void ring_directory_each(const char *path,
                         void (*take)(void *context, struct byte_source *source),
                         void *context);

#endif
