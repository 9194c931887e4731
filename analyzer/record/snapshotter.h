/*
 * record/snapshotter.h - takes snapshots of living processes at intervals, from outside, in its own
 * threads: a snapshot of a large process takes longer than the rings can wait.
 *
 * There are two kinds of readings. The size of each process is read as often as was asked for,
 * whatever else happens: that takes a microsecond. A snapshot of all its segments is taken as
 * often as the budget allows: each snapshot must be paid for by waiting a multiple of the
 * processor time that it took, so that all together use at most about 1 % of a processor. The
 * results go into a queue, which the caller writes to the trace. A process is never stopped.
 */
#ifndef OUTLIVE_RECORD_SNAPSHOTTER_H
#define OUTLIVE_RECORD_SNAPSHOTTER_H

#include "record/snapshot.h"

struct snapshotter;

/*
 * Read sizes every `every_ns`, and take snapshots as often if the budget allows. NULL and
 * *error: memory is out, or no thread can be started.
 */
struct snapshotter *snapshotter_new(uint64_t every_ns, struct error *error);
void snapshotter_free(struct snapshotter *snapshotter);

/*
 * From now on take snapshots of the process `pid`, which has mapped a ring of that file name;
 * when it has not any more, it has become another program. is_exec: the process became this
 * program by exec. If memory is out, no snapshots are taken.
 */
void snapshotter_add(struct snapshotter *snapshotter, uint32_t process, pid_t pid,
                     const char *ring, bool is_exec);

/*
 * Stop the snapshots of a process: its newest one becomes its last, and no more sizes follow.
 */
void snapshotter_remove(struct snapshotter *snapshotter, uint32_t process);

/*
 * Remove the oldest snapshot or batch of sizes from the queue; free it by
 * segment_packet_free(). NULL: the queue is empty.
 */
struct segment_packet *snapshotter_take(struct snapshotter *snapshotter);

#endif
