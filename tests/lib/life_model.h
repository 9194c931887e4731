/*
 * life_model.h - a program that is only acted: functions are called and return, blocks are
 * allocated and freed, and every event is written down as exact frames would be. It knows
 * every activation, so it knows what a report must say.
 */
#ifndef OUTLIVE_LIFE_MODEL_H
#define OUTLIVE_LIFE_MODEL_H

#include "replay/profile.h"
#include "trace_builder.h"

#define MODEL_DEPTH_MAX 64
#define MODEL_FUNCTIONS 40
#define MODEL_LIBRARY 20
#define MODEL_OTHER 30

/* Activations of one thread; [0] calls [1], and so on. */
struct model_thread {
	uint32_t serial;
	struct chunk_build chunk;
	uint32_t functions[MODEL_DEPTH_MAX];
	uint64_t activations[MODEL_DEPTH_MAX]; /* unique numbers */
	uint64_t calls[MODEL_DEPTH_MAX];       /* return address of the call to the next */
	uint32_t depth;
	uint64_t seen_calls[MODEL_DEPTH_MAX], seen[MODEL_DEPTH_MAX]; /* by the last event */
	uint32_t seen_depth;
};

struct model {
	struct model_thread threads[2];
	uint64_t time, next;
	const char *names[MODEL_FUNCTIONS];
	const char
		*library; /* path of what functions from MODEL_LIBRARY on lie in; or NULL */
	const char *other; /* the same from MODEL_OTHER on, if there is a library */
	struct ring_header header;
	struct bytes bytes; /* the trace, once it is read */
	struct trace_reader *reader;
};

/* Thread 0 is in function 0, so is thread 1. */
void model_begin(struct model *model);

/* The innermost function calls another at a line (0..15) of its own, or returns. */
void model_call(struct model *model, unsigned thread, unsigned line, unsigned function);
void model_return(struct model *model, unsigned thread);

/* Events, all at a line of the innermost function. */
void model_event(struct model *model, unsigned thread, unsigned line,
                 struct build_event event);
void model_malloc(struct model *model, unsigned line, uint64_t address, uint64_t size);
void model_realloc(struct model *model, unsigned line, uint64_t from, uint64_t to,
                   uint64_t size);
void model_free(struct model *model, unsigned line, uint64_t address);

/* End the recording and read it; functions are called as model->names says, or "f7". */
struct profile *model_profile(struct model *model);
void model_end(struct model *model, struct profile *profile);

#endif
