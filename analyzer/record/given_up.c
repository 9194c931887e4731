/* record/given_up.c - counts the processes that could not make a ring. */
#include "record/given_up.h"

#include <string.h>
#include <unistd.h>

#define SUFFIX ".none"

bool given_up_take(struct given_up *given_up, int directory, const char *name)
{
	size_t length = strlen(name);

	if (name[0] == '.' || length <= strlen(SUFFIX) ||
	    strcmp(name + length - strlen(SUFFIX), SUFFIX))
		return false;
	given_up->count += unlinkat(directory, name, 0) == 0;
	return true;
}

void given_up_see(struct given_up *given_up, const struct drain_ring *ring)
{
	if (!ring->process)
		given_up->first = ring->ring.header;
}

int given_up_write(struct given_up *given_up, struct drain_way *way,
                   struct error *error)
{
	struct trace_block about = { .type = BLOCK_PROCESS };

	if (!given_up->count || !given_up->first.magic)
		return 0;
	given_up->first.lost[LOST_CHILDREN] += given_up->count;
	way->counts.lost[LOST_CHILDREN] += given_up->count;
	given_up->count = 0;
	return trace_writer_block(way->writer, &about, &given_up->first,
	                          sizeof(given_up->first), error);
}
