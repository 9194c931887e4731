/* record/ring_index.c - two hash tables over the rings of a session. */
#include "record/ring_index.h"

#include <string.h>

bool ring_index_has(const struct ring_index *index, const char *name)
{
	const struct drain_ring *ring;

	HASH_FIND(by_name, index->by_name, name, strlen(name), ring);
	return ring;
}

/*
 * Put the ring into by_pid, in place of the one that it replaced. 0, or -1: no memory. Rings
 * are found in any order: one that started earlier than the known one does not replace it.
 */
static int ring_succeed(struct ring_index *index, struct drain_ring *ring,
                        bool *is_exec)
{
	struct drain_ring *older;

	HASH_FIND(by_pid, index->by_pid, &ring->pid, sizeof(ring->pid), older);
	if (older && older->ring.header.start_ns >= ring->ring.header.start_ns)
		return 0;
	if (older) {
		*is_exec = older->has_ended = true;
		HASH_DELETE(by_pid, index->by_pid, older);
		older->by_pid.tbl = NULL;
	}
	HASH_ADD(by_pid, index->by_pid, pid, sizeof(ring->pid), ring);
	return hash_has(&ring->by_pid) ? 0 : -1;
}

int ring_index_add(struct ring_index *index, struct drain_ring *ring, bool *is_exec)
{
	const char *name = ring->ring.name;

	*is_exec = false;
	HASH_ADD_KEYPTR(by_name, index->by_name, name, strlen(name), ring);
	if (!hash_has(&ring->by_name))
		return -1;
	if (ring->pid <= 0 || !ring_succeed(index, ring, is_exec))
		return 0;
	ring_index_remove(index, ring);
	return -1;
}

void ring_index_remove(struct ring_index *index, struct drain_ring *ring)
{
	if (hash_has(&ring->by_name))
		HASH_DELETE(by_name, index->by_name, ring);
	if (hash_has(&ring->by_pid))
		HASH_DELETE(by_pid, index->by_pid, ring);
	ring->by_name.tbl = ring->by_pid.tbl = NULL;
}

void ring_index_release(struct ring_index *index)
{
	HASH_CLEAR(by_name, index->by_name);
	HASH_CLEAR(by_pid, index->by_pid);
}
