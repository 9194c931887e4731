/* live/memory.c - the memory segments of a followed process. */
#include "live/memory.h"

#include "segments/snapshot.h"

#include <string.h>

static int snapshot_take(void *context, const uint8_t *payload, size_t bytes,
                         struct error *error)
{
	struct live_memory *memory = context;
	struct segment_snapshot snapshot;
	int result = segment_snapshot_load(&snapshot, payload, bytes, error);

	if (!result && !snapshot.is_refused && snapshot.time_ns >= memory->time_ns) {
		memory->is_known = true;
		memory->time_ns = snapshot.time_ns;
		memory->total = snapshot.total;
		memcpy(memory->uses, snapshot.uses, sizeof(memory->uses));
	}
	segment_snapshot_release(&snapshot);
	return result;
}

/* Only the last block of the list is read. */
int live_memory_read(struct live_memory *memory, struct trace_reader *reader,
                     const struct trace_process *process)
{
	struct chunk_list last = process->segments;

	if (!last.count)
		return 0;
	last.entries += last.count - 1;
	last.count = 1;
	return trace_reader_payloads(reader, &last, snapshot_take, memory) ? -1 : 0;
}
