/*
 * segments_fixture.h - what tests of segments share: a child process with a ring to be sampled,
 * and records of a process's snapshots of itself, read whole and damaged.
 */
#ifndef OUTLIVE_SEGMENTS_FIXTURE_H
#define OUTLIVE_SEGMENTS_FIXTURE_H

#include "base/error.h"
#include "segments/self_view.h"
#include "trace_builder.h"

#include <stdbool.h>
#include <sys/types.h>

#define MS UINT64_C(1000000)
#define MIB (UINT64_C(1) << 20)

void wait_ms(unsigned ms);

/*
 * A process that has a file of the name `ring` mapped (the file itself is gone), does what act()
 * does, and waits until child_end() kills it. Returns when the file is mapped.
 */
pid_t child_start(const char *ring, void (*act)(void));
void child_end(pid_t child);

/* Touch `mib` MiB of new memory, which stays mapped. */
char *memory_touch(size_t mib);

/* Read one record; *views is the caller's to release. 0, or -1 and *error. */
int self_view_of(const struct bytes *record, struct self_view *views,
                 struct error *error);

/*
 * Read the record with every single bit changed, and every prefix of it: never a crash, never
 * more than one snapshot, and of a prefix never a whole one.
 */
void record_survives_damage(struct bytes *record);

#endif
