/* life_model.c - a program that is only acted. */
#include "elf/library_name.h"
#include "life_model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CODE_START 0x400000u
#define FUNCTION_BYTES 0x100u

static uint64_t address_of(unsigned function, unsigned line)
{
	return CODE_START + FUNCTION_BYTES * (function + 1) + 16 * line + 1;
}

static void thread_begin(struct model *model, unsigned number)
{
	struct model_thread *thread = &model->threads[number];

	thread->serial = number + 1;
	thread->depth = 1;
	thread->activations[0] = ++model->next;
	chunk_build_begin(&thread->chunk, CHUNK_KIND_EVENTS, 2 + number, 1);
	chunk_build_run(&thread->chunk, thread->serial, 1, 0, NULL, 0);
}

void model_begin(struct model *model)
{
	memset(model, 0, sizeof(*model));
	model->time = 10;
	model->header = build_header(77);
	model->header.flags |= RING_FRAMES_EXACT;
	thread_begin(model, 0);
	thread_begin(model, 1);
}

void model_call(struct model *model, unsigned number, unsigned line, unsigned function)
{
	struct model_thread *thread = &model->threads[number];

	if (thread->depth == MODEL_DEPTH_MAX - 1)
		abort();
	thread->calls[thread->depth - 1] = address_of(thread->functions[thread->depth - 1],
	                                              line);
	thread->functions[thread->depth] = function;
	thread->activations[thread->depth++] = ++model->next;
}

void model_return(struct model *model, unsigned number)
{
	(void)model;
	if (--model->threads[number].depth < 1)
		abort();
}

/*
 * An entry of the stack stays while the call that returns to it is in progress, and that
 * is as long as the function that was called runs.
 */
void model_event(struct model *model, unsigned number, unsigned line,
                 struct build_event event)
{
	struct model_thread *thread = &model->threads[number];
	uint32_t keep = 0, i;

	thread->calls[thread->depth - 1] = address_of(thread->functions[thread->depth - 1],
	                                              line);
	while (keep + 1 < thread->depth && keep + 1 < thread->seen_depth &&
	       thread->seen[keep + 1] == thread->activations[keep + 1])
		keep++;
	event.time = model->time += 10;
	event.time_end = event.op == OP_REALLOC ? event.time + 5 : event.time;
	event.popped = thread->seen_depth - keep;
	event.frames = thread->calls + keep;
	event.frame_count = thread->depth - keep;
	chunk_build_event(&thread->chunk, &event);
	for (i = 0; i < thread->depth; i++)
		thread->seen[i] = thread->activations[i];
	thread->seen_depth = thread->depth;
}

void model_malloc(struct model *model, unsigned line, uint64_t address, uint64_t size)
{
	model_event(
		model, 0, line,
		(struct build_event){
			.op = OP_MALLOC, .address = address, .size = size, .is_exact = true });
}

void model_realloc(struct model *model, unsigned line, uint64_t from, uint64_t to,
                   uint64_t size)
{
	model_event(model, 0, line,
	            (struct build_event){ .op = OP_REALLOC,
	                                  .old_address = from,
	                                  .address = to,
	                                  .size = size,
	                                  .is_exact = true });
}

void model_free(struct model *model, unsigned line, uint64_t address)
{
	model_event(
		model, 0, line,
		(struct build_event){ .op = OP_FREE, .address = address, .is_exact = true });
}

static void names_give(const struct model *model, struct profile *profile)
{
	const struct location *location;
	struct symbol_frame frame = { .file = "model.c", .line = 1 };
	char name[16];
	size_t i;
	unsigned function;

	for (i = 1; i < address_map_location_count(profile->map); i++) {
		location = address_map_location(profile->map, (uint32_t)i);
		function = (unsigned)(location->offset / FUNCTION_BYTES) - 1;
		snprintf(name, sizeof(name), "f%u", function);
		frame.function = function < MODEL_FUNCTIONS && model->names[function]
		                     ? model->names[function]
		                     : name;
		frame.line = (uint32_t)(location->offset % FUNCTION_BYTES / 16);
		frame.is_library = is_library_text(frame.function);
		if (symbol_table_begin(profile->symbols, location->module, location->offset) ||
		    symbol_table_add(profile->symbols, &frame))
			abort();
	}
}

static void modules_build(const struct model *model, struct chunk_build *modules)
{
	uint64_t end = CODE_START + 0x100000, from = end;

	if (model->library) {
		if (model->other) {
			from = CODE_START + FUNCTION_BYTES * (MODEL_OTHER + 1);
			chunk_build_module(modules, 0, from, end, CODE_START, model->other,
			                   "56789abcdef012345678");
			end = from;
		}
		from = CODE_START + FUNCTION_BYTES * (MODEL_LIBRARY + 1);
		chunk_build_module(modules, 0, from, end, CODE_START, model->library,
		                   "3210fedcba9876543210");
	}
	chunk_build_module(modules, 0, CODE_START, from, CODE_START, "/usr/bin/program",
	                   "0123456789abcdef0123");
}

struct profile *model_profile(struct model *model)
{
	struct trace_build trace;
	struct chunk_build modules;
	struct profile *profile;
	struct error error;

	trace_build_begin(&trace, model->header.session);
	trace_build_process(&trace, 0, &model->header);
	chunk_build_begin(&modules, CHUNK_KIND_DEFINITIONS, 1, 0);
	modules_build(model, &modules);
	trace_build_chunk(&trace, 0, &modules);
	chunk_build_release(&modules);
	trace_build_chunk(&trace, 0, &model->threads[0].chunk);
	if (model->threads[1].chunk.events)
		trace_build_chunk(&trace, 0, &model->threads[1].chunk);
	trace_build_end(&trace);
	model->bytes = trace.bytes;
	model->reader = trace_reader_open_memory("model", model->bytes.data,
	                                         model->bytes.count, &error);
	profile = model->reader ? profile_read(model->reader, 0, NULL, NULL, &error) : NULL;
	if (!profile)
		abort();
	names_give(model, profile);
	return profile;
}

void model_end(struct model *model, struct profile *profile)
{
	profile_free(profile);
	trace_reader_close(model->reader);
	chunk_build_release(&model->threads[0].chunk);
	chunk_build_release(&model->threads[1].chunk);
	bytes_release(&model->bytes);
}
