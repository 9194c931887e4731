/*
 * trace/ring_directory.h - finds the rings that a session left in its directory.
 */
#ifndef OUTLIVE_TRACE_RING_DIRECTORY_H
#define OUTLIVE_TRACE_RING_DIRECTORY_H

#include "base/byte_source.h"

/*
 * Call `take` with each ring in the directory, in ascending order of names; `take` becomes the
 * owner of the source. Skips other users' files, links, and what cannot be opened. A directory
 * that is gone (the usual case: all was drained) holds no rings.
 */
void ring_directory_each(const char *path,
                         void (*take)(void *context, struct byte_source *source),
                         void *context);

#endif
