/*
 * record/queue.h - what was seen of processes, as a trace holds it, until somebody writes
 * it: the oldest first. It has no lock.
 */
#ifndef OUTLIVE_RECORD_QUEUE_H
#define OUTLIVE_RECORD_QUEUE_H

#include "trace_format.h"

#include <stddef.h>
#include <stdint.h>

/* One sample, or several sizes, of a process. */
struct segment_packet {
	struct segment_packet *next;
	uint32_t type; /* BLOCK_SEGMENTS, BLOCK_SIZES */
	uint32_t process;
	uint64_t time_ns;
	size_t bytes;
	uint8_t *payload; /* the packet's */
};
void segment_packet_free(struct segment_packet *packet);

/* A sample, seen again at a later time to be the same; NULL: memory is out. */
struct segment_packet *segment_packet_again(const struct segment_packet *packet,
                                            uint64_t time_ns);

struct segment_queue {
	struct segment_packet *first, **end;
	size_t count;
};

void segment_queue_init(struct segment_queue *queue); /* it stays where it is */
void segment_queue_release(struct segment_queue *queue);

/* The packet is the queue's from now on. */
void segment_queue_push(struct segment_queue *queue, struct segment_packet *packet);

/* The oldest, the caller's; NULL: there is none. */
struct segment_packet *segment_queue_take(struct segment_queue *queue);

#endif
