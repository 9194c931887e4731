/*
 * record/queue.h - snapshots and sizes of processes, encoded for the trace, until they are
 * written: the oldest first. The queue has no lock.
 */
#ifndef OUTLIVE_RECORD_QUEUE_H
#define OUTLIVE_RECORD_QUEUE_H

#include "trace_format.h"

#include <stddef.h>
#include <stdint.h>

/* One snapshot, or several sizes, of a process. */
struct segment_packet {
	struct segment_packet *next;
	uint32_t type; /* BLOCK_SEGMENTS, BLOCK_SIZES or BLOCK_HEAP */
	uint32_t process;
	uint64_t time_ns;
	size_t bytes;
	uint8_t *payload; /* owned by the packet */
};
void segment_packet_free(struct segment_packet *packet);

/* A copy of a snapshot with a later time, at which nothing had changed. NULL: memory is out. */
struct segment_packet *segment_packet_again(const struct segment_packet *packet,
                                            uint64_t time_ns);

struct segment_queue {
	struct segment_packet *first, **end;
	size_t count;
};

void segment_queue_init(
	struct segment_queue *queue); /* the struct must not be moved afterwards */
void segment_queue_release(struct segment_queue *queue);

/* Append a packet, which the queue then owns. */
void segment_queue_push(struct segment_queue *queue, struct segment_packet *packet);

/* Remove the oldest packet, which the caller then owns. NULL: the queue is empty. */
struct segment_packet *segment_queue_take(struct segment_queue *queue);

#endif
