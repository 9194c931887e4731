/* record/queue.c - a queue of packets: first in, first out. */
#include "record/queue.h"

#include <stdlib.h>
#include <string.h>

/*
 * Only the header differs, so the encoded payload is copied and patched. It is copied to and
 * fro by memcpy(), since the payload is bytes without an alignment.
 */
struct segment_packet *segment_packet_again(const struct segment_packet *packet,
                                            uint64_t time_ns)
{
	struct segment_packet *again = calloc(1, sizeof(*again));
	uint8_t *payload = malloc(packet->bytes);
	struct segments_sample header;

	if (!again || !payload) {
		free(again);
		free(payload);
		return NULL;
	}
	*again = (struct segment_packet){ .type = packet->type,
		                              .process = packet->process,
		                              .time_ns = time_ns,
		                              .bytes = packet->bytes,
		                              .payload = payload };
	memcpy(payload, packet->payload, packet->bytes);
	memcpy(&header, payload, sizeof(header));
	header.time_ns = time_ns;
	header.reason = SEGMENTS_SAME;
	memcpy(payload, &header, sizeof(header));
	return again;
}

void segment_packet_free(struct segment_packet *packet)
{
	if (!packet)
		return;
	free(packet->payload);
	free(packet);
}

void segment_queue_init(struct segment_queue *queue)
{
	*queue = (struct segment_queue){ .end = &queue->first };
}

void segment_queue_push(struct segment_queue *queue, struct segment_packet *packet)
{
	packet->next = NULL;
	*queue->end = packet;
	queue->end = &packet->next;
	queue->count++;
}

struct segment_packet *segment_queue_take(struct segment_queue *queue)
{
	struct segment_packet *packet = queue->first;

	if (!packet)
		return NULL;
	queue->first = packet->next;
	queue->count--;
	if (!queue->first)
		queue->end = &queue->first;
	return packet;
}

void segment_queue_release(struct segment_queue *queue)
{
	struct segment_packet *packet;

	while ((packet = segment_queue_take(queue)))
		segment_packet_free(packet);
}
