/*
 * ring/create.h - creates and maps the process's ring.
 */
#ifndef OUTLIVE_PRELOAD_RING_CREATE_H
#define OUTLIVE_PRELOAD_RING_CREATE_H

#include <stdbool.h>
#include <stdint.h>

#include "system/settings.h"

/*
 * Create and map `<directory>/<pid>.<n>.ring`; if the directory cannot be reached, ask the
 * reader to. False: no ring, and the process stays unrecorded. `flags`: enum ring_flags.
 */
bool ring_create(const struct settings *settings, uint32_t flags);

/*
 * Call in a forked child: lets go of the parent's ring, and creates the child's own unless
 * `settings` is NULL. False: the child has no ring, which the parent's ring counts.
 */
bool ring_create_forked(const struct settings *settings, uint32_t flags);

/*
 * Whether a program that is started now could get a ring: it can reach the directory, or the
 * reader, which then makes the file.
 */
bool ring_is_to_be_had(const struct settings *settings);

#endif
