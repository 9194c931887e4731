/*
 * record/sampler.h - looks at the segments of living processes again and again, from
 * outside, in threads of its own: a look at a big process takes longer than the rings
 * can wait.
 *
 * There are looks of two kinds. The size of every process is read as often as is asked
 * for, whatever else is done: that takes a microsecond. All of a process is looked at as
 * often as can be paid for: what a look took, nothing is looked at for a hundred times as
 * long, so that all together take at most about one hundredth of a processor. What is seen
 * goes into a queue; the caller writes it. A process is never stopped.
 */
#ifndef OUTLIVE_RECORD_SAMPLER_H
#define OUTLIVE_RECORD_SAMPLER_H

#include "record/snapshot.h"

struct segment_sampler;

/* Read sizes, and look if it can be paid for, every `every_ns`. NULL and *error: no thread could be had. */
struct segment_sampler *segment_sampler_new(uint64_t every_ns, struct error *error);
void segment_sampler_free(struct segment_sampler *sampler);

/*
 * From now on look at the process `pid`, which has a ring of that file name mapped: one
 * that has not (any more) is another program. is_exec: another became it. Where memory
 * is out it is not looked at.
 */
void segment_sampler_add(struct segment_sampler *sampler, uint32_t process, pid_t pid,
                         const char *ring, bool is_exec);

/* It has ended, or is not looked at any more: its newest sample is its last, its sizes all. */
void segment_sampler_remove(struct segment_sampler *sampler, uint32_t process);

/* The oldest sample or batch of sizes not taken yet, for segment_packet_free(); NULL: none now. */
struct segment_packet *segment_sampler_take(struct segment_sampler *sampler);

#endif
