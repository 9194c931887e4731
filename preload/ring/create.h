/*
 * ring/create.h - how the process comes to its ring.
 */
#ifndef OUTLIVE_PRELOAD_RING_CREATE_H
#define OUTLIVE_PRELOAD_RING_CREATE_H

#include <stdbool.h>
#include <stdint.h>

#include "system/settings.h"

/*
 * Create and map `<directory>/<pid>.<n>.ring`; where the directory cannot be reached, the
 * reader is asked to. False if it cannot be had: the process stays unrecorded. `flags`:
 * enum ring_flags.
 */
bool ring_create(const struct settings *settings, uint32_t flags);

/*
 * In a forked child: let go of the parent's ring, and create one of its own unless
 * `settings` is NULL. False: it has none, which is counted in the parent's.
 */
bool ring_create_forked(const struct settings *settings, uint32_t flags);

/*
 * Whether a program that is started now would find its way to a ring: to the directory, or
 * to the reader, who makes files in it.
 */
bool ring_is_to_be_had(const struct settings *settings);

#endif
