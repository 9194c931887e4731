/* chunk_builder.c - makes chunks of a ring in memory, byte by byte. */
#include "trace_builder.h"

#include <stdlib.h>
#include <string.h>

static void byte_add(struct bytes *bytes, unsigned byte)
{
	uint8_t value = (uint8_t)byte;

	bytes_add(bytes, &value, 1);
}

static void varint_add(struct bytes *bytes, uint64_t value)
{
	for (; value > 0x7f; value >>= 7)
		byte_add(bytes, (value & 0x7f) | 0x80);
	byte_add(bytes, (unsigned)value);
}

static void address_add(struct bytes *bytes, uint64_t address, uint64_t base)
{
	int64_t steps = (int64_t)(address - base) / 8;

	varint_add(bytes, steps < 0 ? ~((uint64_t)steps << 1) : (uint64_t)steps << 1);
}

/* ---- chunks ---------------------------------------------------------------------- */

static void commit_update(struct chunk_build *chunk)
{
	uint64_t commit = (uint64_t)chunk->events << 32 | chunk->bytes.count;

	memcpy(chunk->bytes.data + offsetof(struct chunk_header, commit), &commit,
	       sizeof(commit));
}

void chunk_build_begin(struct chunk_build *chunk, uint32_t kind, uint64_t ticket,
                       uint64_t time_first)
{
	struct chunk_header header = {
		.ticket = ticket, .time_first = time_first, .kind = kind, .pid = 1
	};

	memset(chunk, 0, sizeof(*chunk));
	bytes_add(&chunk->bytes, &header, sizeof(header));
	commit_update(chunk);
}

void chunk_build_release(struct chunk_build *chunk)
{
	bytes_release(&chunk->bytes);
}

static void frame_add(struct chunk_build *chunk, struct bytes *to, uint64_t context,
                      uint64_t frame, bool *is_predicted)
{
	uint32_t *child = &chunk->children[FORMAT_HASH(context, CHILDREN_BITS)];
	uint32_t index = FORMAT_HASH(frame, DICTIONARY_BITS);

	*is_predicted = !chunk->is_verbose && chunk->dictionary[*child] == frame;
	if (*is_predicted)
		return;
	*child = index;
	if (!chunk->is_verbose && chunk->dictionary[index] == frame) {
		byte_add(to, index / 256);
		byte_add(to, index % 256);
		return;
	}
	chunk->dictionary[index] = frame;
	byte_add(to, 0x80);
	bytes_add(to, &frame, 6);
}

/* Frames in groups of eight, onto chunk->stack. Returns whether all were predicted. */
static bool frames_add(struct chunk_build *chunk, struct bytes *to, enum event_op op,
                       uint32_t keep, const uint64_t *frames, uint32_t count)
{
	uint64_t parent = keep ? chunk->stack[keep - 1] : 0;
	uint64_t other = keep < chunk->depth ? chunk->stack[keep] : 0;
	struct bytes group = { NULL, 0, 0 };
	bool is_predicted, all = true;
	unsigned mask = 0;
	uint32_t i;

	if (keep + count > BUILD_STACK_MAX)
		abort();
	for (i = 0; i < count; i++) {
		frame_add(chunk, &group, CHILD_CONTEXT(parent, other), frames[i],
		          &is_predicted);
		mask |= is_predicted ? 1u << i % 8 : 0;
		all = all && is_predicted;
		parent = frames[i];
		other = op;
		chunk->stack[keep + i] = frames[i];
		if (i % 8 == 7 || i + 1 == count) {
			byte_add(to, mask);
			bytes_add(to, group.data, group.count);
			group.count = 0;
			mask = 0;
		}
	}
	chunk->depth = keep + count;
	bytes_release(&group);
	return all;
}

void chunk_build_run(struct chunk_build *chunk, uint32_t thread, uint64_t time,
                     uint64_t events_before, const uint64_t *stack, uint32_t depth)
{
	struct run_record run = { .time = time,
		                      .events_before = events_before,
		                      .thread = thread,
		                      .tid = 1000 + thread,
		                      .stack_frames = depth,
		                      .name = "thread" };
	struct bytes bytes = chunk->bytes;
	uint32_t events = chunk->events;
	bool is_verbose = chunk->is_verbose;

	memset(chunk, 0, sizeof(*chunk));
	chunk->bytes = bytes;
	chunk->events = events;
	chunk->is_verbose = is_verbose;
	chunk->time = time;
	byte_add(&chunk->bytes, CONTROL_TAG(CONTROL_RUN));
	bytes_add(&chunk->bytes, &run, sizeof(run));
	frames_add(chunk, &chunk->bytes, OP_NONE, 0, stack, depth);
	commit_update(chunk);
}

static void recent_number(struct chunk_build *chunk, uint64_t address, uint32_t class)
{
	uint32_t slot = FORMAT_HASH(address, RECENT_BITS);

	chunk->recent[slot].address = address;
	chunk->recent[slot].class = class;
	chunk->recent[slot].number = ++chunk->newest;
}

static void freed_push(struct chunk_build *chunk, uint32_t class, uint64_t address)
{
	uint64_t *list = chunk->freed[class];

	if (chunk->freed_count[class] == FREED_DEPTH)
		memmove(list, list + 1, --chunk->freed_count[class] * sizeof(*list));
	list[chunk->freed_count[class]++] = address;
}

/* The last address freed in the class; 0 when there is none. */
static uint64_t freed_pop(struct chunk_build *chunk, uint32_t class)
{
	return chunk->freed_count[class] ? chunk->freed[class][--chunk->freed_count[class]]
	                                 : 0;
}

static bool recent_has(const struct chunk_build *chunk, uint64_t address,
                       uint64_t *distance, uint32_t *class)
{
	uint32_t slot = FORMAT_HASH(address, RECENT_BITS);

	*distance = chunk->newest - chunk->recent[slot].number;
	*class = chunk->recent[slot].class;
	return !chunk->is_verbose && chunk->recent[slot].number &&
	       chunk->recent[slot].address == address && *distance < RECENT_WINDOW;
}

static void alloc_add(struct chunk_build *chunk, struct bytes *to,
                      const struct build_event *event, uint8_t *tag)
{
	uint64_t leaf = chunk->depth ? chunk->stack[chunk->depth - 1] : 0, popped;
	uint64_t *size = &chunk->sizes[FORMAT_HASH(leaf, SIZES_BITS)];

	if (event->op == OP_ALIGNED)
		byte_add(to, event->alignment_log2);
	if (!chunk->is_verbose && *size == event->size)
		*tag |= TAG_SIZE_PREDICTED;
	else
		varint_add(to, event->size);
	*size = event->size;
	popped = freed_pop(chunk, SIZE_CLASS(event->size));
	if (!chunk->is_verbose && popped == event->address)
		*tag |= TAG_ADDRESS_PREDICTED;
	else
		address_add(to, event->address, chunk->last_address);
	recent_number(chunk, event->address, SIZE_CLASS(event->size));
}

static void free_add(struct chunk_build *chunk, struct bytes *to, uint64_t address,
                     uint8_t *tag)
{
	uint64_t distance;
	uint32_t class;

	if (recent_has(chunk, address, &distance, &class)) {
		*tag |= TAG_ADDRESS_PREDICTED;
		varint_add(to, distance);
		freed_push(chunk, class, address);
	} else {
		address_add(to, address, chunk->last_address);
	}
}

static void realloc_add(struct chunk_build *chunk, struct bytes *to,
                        const struct build_event *event)
{
	uint32_t old_class = 0, class = SIZE_CLASS(event->size);
	uint64_t distance, popped = 0;
	bool is_recent = event->old_address &&
	                 recent_has(chunk, event->old_address, &distance, &old_class);
	bool is_in_place = event->address == event->old_address;
	uint8_t flags = is_recent ? REALLOC_OLD_RECENT : 0;

	if (is_in_place)
		flags |= REALLOC_IN_PLACE;
	else
		popped = freed_pop(chunk, class);
	if (!is_in_place && !chunk->is_verbose && popped == event->address)
		flags |= REALLOC_NEW_PREDICTED;
	byte_add(to, flags);
	varint_add(to, event->time_end - event->time);
	if (is_recent)
		varint_add(to, distance);
	else
		address_add(to, event->old_address, chunk->last_address);
	varint_add(to, event->size);
	if (!(flags & (REALLOC_IN_PLACE | REALLOC_NEW_PREDICTED)))
		address_add(to, event->address, event->old_address);
	recent_number(chunk, event->address, class);
	if (!is_in_place && is_recent)
		freed_push(chunk, old_class, event->old_address);
}

static void shape_add(struct chunk_build *chunk, struct bytes *to, uint32_t popped,
                      uint32_t pushed, uint8_t *tag)
{
	if (TAG_OP(*tag) != OP_CONTROL && !chunk->is_verbose && popped == chunk->popped &&
	    pushed == chunk->pushed) {
		*tag |= TAG_SAME_SHAPE;
		return;
	}
	byte_add(to, (popped < 15 ? popped : 15) << 4 | (pushed < 15 ? pushed : 15));
	if (popped >= 15)
		varint_add(to, popped - 15);
	if (pushed >= 15)
		varint_add(to, pushed - 15);
	chunk->popped = popped;
	chunk->pushed = pushed;
}

static void operands_add(struct chunk_build *chunk, struct bytes *to,
                         const struct build_event *event, uint8_t *tag)
{
	switch (event->op) {
	case OP_MALLOC:
	case OP_CALLOC:
	case OP_ALIGNED:
		alloc_add(chunk, to, event, tag);
		chunk->last_address = event->address;
		return;
	case OP_FREE:
		free_add(chunk, to, event->address, tag);
		chunk->last_address = event->address;
		return;
	case OP_REALLOC:
		realloc_add(chunk, to, event);
		chunk->last_address = event->address;
		return;
	case OP_FAILED: varint_add(to, event->size); return;
	case OP_CONTROL:
		*tag = CONTROL_TAG(event->is_exact ? CONTROL_STACK : CONTROL_STACK_PLAIN);
		return;
	default: abort();
	}
}

void chunk_build_event(struct chunk_build *chunk, const struct build_event *event)
{
	struct bytes frames = { NULL, 0, 0 }, record = { NULL, 0, 0 };
	uint8_t tag = (uint8_t)(event->op | (event->is_exact ? 0 : TAG_PLAIN));

	if (event->popped > chunk->depth || event->time < chunk->time)
		abort();
	shape_add(chunk, &record, event->popped, event->frame_count, &tag);
	varint_add(&record, event->time - chunk->time);
	chunk->time = event->time;
	if (frames_add(chunk, &frames, event->op, chunk->depth - event->popped,
	               event->frames, event->frame_count) &&
	    event->op != OP_CONTROL)
		tag |= TAG_FRAMES_PREDICTED;
	else
		bytes_add(&record, frames.data, frames.count);
	operands_add(chunk, &record, event, &tag);
	byte_add(&chunk->bytes, tag);
	bytes_add(&chunk->bytes, record.data, record.count);
	chunk->events++;
	commit_update(chunk);
	bytes_release(&frames);
	bytes_release(&record);
}

void chunk_build_malloc(struct chunk_build *chunk, uint64_t time, uint32_t popped,
                        const uint64_t *frames, uint32_t frame_count, uint64_t address,
                        uint64_t size)
{
	struct build_event event = { .op = OP_MALLOC,
		                         .time = time,
		                         .popped = popped,
		                         .frames = frames,
		                         .frame_count = frame_count,
		                         .address = address,
		                         .size = size };

	chunk_build_event(chunk, &event);
}

void chunk_build_free(struct chunk_build *chunk, uint64_t time, uint64_t address)
{
	struct build_event event = { .op = OP_FREE, .time = time, .address = address };

	chunk_build_event(chunk, &event);
}

void chunk_build_raw(struct chunk_build *chunk, const void *data, size_t count,
                     uint32_t events)
{
	bytes_add(&chunk->bytes, data, count);
	chunk->events += events;
	commit_update(chunk);
}

static void sized_add(struct chunk_build *chunk, enum control_kind kind,
                      const struct bytes *payload)
{
	byte_add(&chunk->bytes, CONTROL_TAG(kind));
	varint_add(&chunk->bytes, payload->count);
	bytes_add(&chunk->bytes, payload->data, payload->count);
	commit_update(chunk);
}

static void fields_add(struct chunk_build *chunk, enum control_kind kind,
                       const uint64_t *fields, size_t count)
{
	struct bytes payload = { NULL, 0, 0 };
	size_t i;

	for (i = 0; i < count; i++)
		varint_add(&payload, fields[i]);
	sized_add(chunk, kind, &payload);
	bytes_release(&payload);
}

void chunk_build_thread(struct chunk_build *chunk, uint64_t creator, uint64_t start,
                        uint64_t high, uint64_t room)
{
	fields_add(chunk, CONTROL_THREAD, (uint64_t[]){ creator, start, high, room }, 4);
}

void chunk_build_depth(struct chunk_build *chunk, uint64_t kind, uint64_t high,
                       uint64_t room, uint64_t depth, uint64_t first,
                       const uint64_t *words)
{
	struct bytes payload = { NULL, 0, 0 };
	uint64_t i, count = chunk->depth - first;

	varint_add(&payload, kind);
	varint_add(&payload, high);
	varint_add(&payload, room);
	varint_add(&payload, depth);
	varint_add(&payload, first);
	varint_add(&payload, count);
	for (i = 0; i < count; i++)
		varint_add(&payload, words[i] == BUILD_UNKNOWN ? 0 : words[i] + 1);
	sized_add(chunk, CONTROL_DEPTH, &payload);
	bytes_release(&payload);
}

void chunk_build_touched(struct chunk_build *chunk, uint64_t bytes)
{
	fields_add(chunk, CONTROL_TOUCHED, &bytes, 1);
}

void chunk_build_fault_handled(struct chunk_build *chunk, uint64_t signal,
                               uint64_t kind)
{
	fields_add(chunk, CONTROL_FAULT,
	           (uint64_t[]){ signal, kind, 16, 0, 500, FAULT_END_HANDLED }, 6);
}

void chunk_build_fault_aborted(struct chunk_build *chunk, uint64_t signal)
{
	fields_add(chunk, CONTROL_FAULT,
	           (uint64_t[]){ signal, FAULT_OTHER, 16, 0, 500, FAULT_END_ABORTED }, 6);
}

void chunk_build_fault(struct chunk_build *chunk, uint64_t signal, uint64_t kind,
                       uint64_t address, uint64_t instruction, uint64_t depth)
{
	fields_add(chunk, CONTROL_FAULT,
	           (uint64_t[]){ signal, kind, address, instruction, depth }, 5);
}

void chunk_build_module(struct chunk_build *chunk, uint64_t time, uint64_t start,
                        uint64_t end, uint64_t bias, const char *path,
                        const char *build_id)
{
	static const uint8_t zeros[8];
	size_t path_bytes = strlen(path);
	size_t bytes = (sizeof(struct module_definition) + path_bytes + 7) / 8 * 8;
	struct module_definition module = {
		.header = { DEFINITION_MODULE, (uint16_t)bytes, 0, time },
		.start = start,
		.end = end,
		.bias = bias,
		.path_bytes = (uint16_t)path_bytes,
		.build_id_bytes = (uint8_t)strlen(build_id),
	};

	memcpy(module.build_id, build_id, strlen(build_id));
	bytes_add(&chunk->bytes, &module, sizeof(module));
	bytes_add(&chunk->bytes, path, path_bytes);
	bytes_add(&chunk->bytes, zeros, bytes - sizeof(module) - path_bytes);
	commit_update(chunk);
}

void chunk_build_module_gone(struct chunk_build *chunk, uint64_t time, uint64_t start,
                             uint64_t end)
{
	struct module_gone_definition gone = {
		.header = { DEFINITION_MODULE_GONE, sizeof(gone), 0, time },
		.start = start,
		.end = end,
	};

	bytes_add(&chunk->bytes, &gone, sizeof(gone));
	commit_update(chunk);
}

void chunk_build_phase(struct chunk_build *chunk, uint64_t time, uint32_t phase,
                       uint32_t thread, const char *name)
{
	struct phase_definition definition = {
		.header = { DEFINITION_PHASE, 0, 0, time },
		.phase = phase,
		.thread = thread,
		.name_bytes = (uint32_t)strlen(name),
	};
	size_t padded = (strlen(name) + 7) & ~(size_t)7;
	char text[264] = "";

	memcpy(text, name, strlen(name));
	definition.header.bytes = (uint16_t)(sizeof(definition) + padded);
	bytes_add(&chunk->bytes, &definition, sizeof(definition));
	bytes_add(&chunk->bytes, text, padded);
	commit_update(chunk);
}
