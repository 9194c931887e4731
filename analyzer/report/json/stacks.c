/* report/json/stacks.c - stacks and faults for programs. */
#include "report/json/stacks.h"

#include "verdict/block_filter.h"
#include "report/why_memory.h"
#include "verdict/function_choice.h"
#include "verdict/go_end.h"
#include "verdict/stack_functions.h"
#include "verdict/stack_names.h"
#include "verdict/stack_order.h"
#include "base/text.h"
#include "trace/clock.h"

#include <stdlib.h>
#include <string.h>

#define FAULT_FRAMES 256 /* innermost frames of its path that are written */

/*
 * What all functions here need. `scratch` is filled again for each name; it belongs to the
 * function that made the struct, which releases it.
 */
struct writing {
	struct json_writer *json;
	const struct classes *classes;
	const struct stack_choice *choice; /* NULL: all stacks */
	struct stack_names scratch;
};

/* Write the keys of a physical function into the open object. 0, or -1: no memory. */
static int function_json(struct writing *writing, uint32_t location)
{
	struct json_writer *json = writing->json;
	struct stack_name name;

	if (stack_name_physical(&name, &writing->scratch, writing->classes->profile,
	                        location))
		return -1;
	json_string(json, "function", name.function);
	json_string(json, "module", name.module);
	json_string(json, "declared", name.declared);
	json_count(json, "offset", name.offset);
	json_string(json, "file", name.file);
	json_count(json, "line", name.line);
	return 0;
}

/* Write what is inlined there, by the names that function_json() has left, innermost first. */
static void inlined_json(const struct writing *writing)
{
	struct json_writer *json = writing->json;
	const struct stack_name *name;
	size_t i;

	json_array(json, "inlined");
	for (i = 0; i + 1 < writing->scratch.count; i++) {
		name = &writing->scratch.names[i];
		json_object_inline(json, NULL);
		json_string(json, "function", name->function);
		json_string(json, "file", name->file);
		json_count(json, "line", name->line);
		json_object_end(json);
	}
	json_array_end(json);
}

/* Write `count` frames of a path, from the innermost outwards, each with its bytes. */
static int frames_json(struct writing *writing, const char *key,
                       const struct stack_path *path, size_t first, size_t count)
{
	struct json_writer *json = writing->json;
	const struct stack_entry *entry;
	int result = 0;
	size_t i;

	json_array(json, key);
	for (i = first; i < path->count && i - first < count && !result; i++) {
		/* entries are outermost first, the array is innermost first */
		entry = &path->entries[path->count - 1 - i];
		json_object_inline(json, NULL);
		json_count(json, "bytes", entry->words * UINT64_C(8));
		result = function_json(writing, entry->location);
		json_bool(json, "gap", entry->is_cut);
		if (!result)
			inlined_json(writing);
		json_object_end(json);
	}
	json_array_end(json);
	return result;
}

/*
 * Write the path as far as it was kept: frames between the inner and the outer ones may be
 * missing.
 */
static int path_json(struct writing *writing, const struct stack_deepest *deepest)
{
	struct json_writer *json = writing->json;
	const struct stack_path *path = &deepest->path;
	size_t inner = path->count;

	if (path->left_out || path->count > STACK_PATH_INNER + STACK_PATH_OUTER)
		inner = STACK_PATH_INNER;
	json_count(json, "frames", deepest->frames);
	if (frames_json(writing, "path", path, 0, inner))
		return -1;
	json_count(json, "left_out",
	           path->left_out        ? path->left_out
	           : inner < path->count ? path->count - STACK_PATH_INNER - STACK_PATH_OUTER
	                                 : 0);
	return frames_json(writing, "outer", path,
	                   inner < path->count ? path->count - STACK_PATH_OUTER
	                                       : path->count,
	                   STACK_PATH_OUTER);
}

/*
 * Write a thread and its deepest stack. Sizes are in bytes. 0 means not known for `limit`,
 * `touched`, `creator_tid` and `deepest`. The percentage is of the most that any evidence
 * shows, of records or of touched pages.
 */
static int thread_json(struct writing *writing, uint32_t index)
{
	struct json_writer *json = writing->json;
	const struct profile *profile = writing->classes->profile;
	const struct thread_depths *depths = &profile->replay.stacks.threads[index];
	const struct thread *thread = profile->replay.threads.items[index];
	const struct thread *creator = stack_creator(&profile->replay, index);
	uint64_t most = thread_depths_most(depths);
	char why[WHY_MEMORY_BYTES];

	json_object(json, NULL);
	json_string(json, "why",
	            depths->deepest.path.count ? why_stack_text(why, thread) : "");
	json_count(json, "serial", thread->serial);
	json_count(json, "tid", thread->tid);
	json_string(json, "name", thread->name);
	json_count(json, "creator", depths->creator);
	json_count(json, "creator_tid", creator ? creator->tid : 0);
	json_object(json, "start");
	if (function_json(writing, depths->start_location))
		return -1;
	json_object_end(json);
	json_count(json, "limit", depths->room_bytes);
	json_count(json, "deepest", depths->deepest.bytes);
	json_count(json, "deepest_ns",
	           depths->deepest.bytes
	               ? process_time_ns(&profile->process->header, depths->deepest.time)
	               : 0);
	json_count(json, "touched", depths->touched_bytes);
	json_count(json, "used_percent",
	           depths->room_bytes ? most * 100 / depths->room_bytes : 0);
	json_bool(json, "near_limit", thread_depths_is_near_limit(depths));
	json_count(json, "samples", depths->own_samples);
	if (path_json(writing, &depths->deepest))
		return -1;
	json_object_end(json);
	return 0;
}

/*
 * Write the threads, the deepest first. If memory is out, the order is empty, and so is the
 * array.
 */
static int threads_json(struct writing *writing, uint64_t top)
{
	struct stack_order order;
	size_t i, shown;
	const struct replay *replay = &writing->classes->profile->replay;
	int result = stack_order_make(&order, replay);

	if (writing->choice)
		stack_order_choose(&order, replay, writing->choice);
	shown = top && top < order.count ? top : order.count;
	json_count(writing->json, "thread_count", order.count);
	json_array(writing->json, "threads");
	for (i = 0; i < shown && !result; i++)
		result = thread_json(writing, order.threads[i]);
	json_array_end(writing->json);
	stack_order_release(&order);
	return result;
}

/*
 * Write the stacks that are no thread's: signal stacks, whose size is known, and others such
 * as those of coroutines, whose size is not; then `limit` is 0.
 */
static int others_json(struct writing *writing)
{
	const struct replay *replay = &writing->classes->profile->replay;
	struct json_writer *json = writing->json;
	const struct other_stack *other;
	char why[WHY_MEMORY_BYTES];
	int result = 0;
	uint32_t i;

	json_array(json, "others");
	for (i = 0; i < replay->stacks.other_count && !result; i++) {
		other = &replay->stacks.others[i];
		if (!stack_choice_has_other(writing->choice, replay, other))
			continue;
		json_object(json, NULL);
		json_string(json, "why",
		            other->deepest.path.count ? why_other_stack_text(why, i) : "");
		json_string(json, "kind", other->kind == STACK_SIGNAL ? "signal" : "other");
		json_count(json, "tid", replay->threads.items[other->thread]->tid);
		json_count(json, "limit", other->kind == STACK_SIGNAL ? other->room_bytes : 0);
		json_count(json, "deepest", other->deepest.bytes);
		json_count(json, "samples", other->readings);
		result = path_json(writing, &other->deepest);
		json_object_end(json);
	}
	json_array_end(json);
	return result;
}

/*
 * Write the functions whose frames took most bytes, summed over all records. `frame_bytes` is
 * of all functions, also of those that `top` leaves out, so that shares can be computed.
 */
static int functions_json(struct writing *writing, uint64_t top)
{
	const struct classes *classes = writing->classes;
	struct json_writer *json = writing->json;
	struct stack_functions functions;
	char why[FUNCTION_NUMBER_BYTES];
	int result = stack_functions_make(&functions, classes->profile,
	                                  &classes->functions);
	size_t i;

	stack_functions_choose(&functions, writing->choice);
	json_count(json, "function_count", functions.count);
	json_count(json, "frame_bytes", functions.bytes);
	json_array(json, "functions");
	for (i = 0; i < functions.count && !result && (!top || i < top); i++) {
		json_object(json, NULL);
		json_string(json, "why", function_number_text(why, functions.rows[i].function));
		result = function_json(writing, functions.rows[i].location);
		json_count(json, "frames", functions.rows[i].frames);
		json_count(json, "bytes", functions.rows[i].bytes);
		json_count(json, "largest", functions.rows[i].largest_bytes);
		json_object_end(json);
	}
	json_array_end(json);
	stack_functions_release(&functions);
	return result;
}

int stacks_json(struct json_writer *json, const struct classes *classes,
                const struct report_settings *settings)
{
	const struct stack_depths *stacks = &classes->profile->replay.stacks;
	struct writing writing = { .json = json, .classes = classes };
	uint64_t top = settings->top;
	int result;

	if (settings->view == REPORT_STACKS && settings->filter)
		writing.choice = &settings->filter->stacks;
	json_object(json, "stacks");
	json_string(json, "filter",
	            writing.choice && writing.choice->needed ? writing.choice->text.data
	                                                     : "");
	json_count(json, "samples", stacks->readings);
	/* after an error nothing more is written: the caller gives the document up */
	result = threads_json(&writing, top);
	if (!result)
		result = others_json(&writing);
	if (!result)
		result = functions_json(&writing, top);
	json_object_end(json);
	stack_names_release(&writing.scratch);
	return result;
}

/* ---- faults ----------------------------------------------------------------------------- */

/*
 * Write the calls that repeat at the end of a stack, and one round of them. Without a
 * repetition `rounds` is 0 and `repeats` is empty. The precision says how to read `rounds`.
 */
static int rounds_json(struct writing *writing, const struct stack_fault *fault)
{
	static const char *const precisions[] = { "exact", "about", "at_least" };
	struct json_writer *json = writing->json;
	struct fault_rounds rounds;

	if (fault_rounds_find(&rounds, fault, &writing->classes->functions))
		return -1;
	json_count(json, "rounds", rounds.rounds);
	json_string(json, "rounds_are", precisions[rounds.precision]);
	json_count(json, "round_bytes", rounds.round_bytes);
	return frames_json(writing, "repeats", &fault->path, fault_rounds_shown(&rounds),
	                   rounds.seen.rounds ? rounds.seen.period : 0);
}

/*
 * Write a signal that ended the process, or that its handler took. Addresses are numbers
 * here. `depth` and `limit` are in bytes, 0 if they are not known.
 */
static int fault_json(struct writing *writing, const struct stack_fault *fault)
{
	/* by enum fault_kind */
	static const char *const causes[] = { "access", "stack_overflow", "sent",
		                                  "no_address", "not_judged" };
	const struct replay *replay = &writing->classes->profile->replay;
	const struct thread_depths *depths = stack_depths_of(&replay->stacks,
	                                                     fault->thread);
	struct json_writer *json = writing->json;
	const struct thread *thread = replay->threads.items[fault->thread];
	/* the number comes from the recording: for one without a name this is NULL */
	const char *name = sigabbrev_np((int)fault->signal);
	char signal[TEXT_NUMBER_BYTES];
	struct go_end end = { false, 0 };

	if (fault->go_status &&
	    go_end_find(&end, &writing->scratch, writing->classes->profile, fault))
		return -1;
	snprintf(signal, sizeof(signal), "SIG%s", name ? name : "");
	json_object(json, NULL);
	json_count(json, "signal", fault->signal);
	json_string(json, "signal_name", name ? signal : "");
	json_bool(json, "stack_overflow", fault->kind == FAULT_STACK_OVERFLOW);
	json_string(json, "cause",
	            !fault->go_status ? causes[fault->kind]
	            : end.is_panic    ? "go_panic"
	                              : "go_fatal_error");
	json_bool(json, "handled", fault->end != FAULT_END_KILLED);
	json_count(json, "serial", thread->serial);
	json_count(json, "tid", thread->tid);
	json_string(json, "name", thread->name);
	json_count(json, "goroutine", fault->goroutine);
	json_count(json, "address", fault->address);
	json_count(json, "instruction", fault->instruction);
	json_count(json, "depth", fault->depth_bytes);
	json_count(json, "limit", depths ? depths->room_bytes : 0);
	json_object(json, "at");
	if (function_json(writing, fault->location))
		return -1;
	json_object_end(json);
	if (rounds_json(writing, fault))
		return -1;
	json_count(json, "frames", fault->path.count);
	if (frames_json(writing, "path", &fault->path, 0, FAULT_FRAMES))
		return -1;
	json_object_end(json);
	return 0;
}

int faults_json(struct json_writer *json, const struct classes *classes)
{
	const struct stack_depths *stacks = &classes->profile->replay.stacks;
	struct writing writing = { .json = json, .classes = classes };
	int result = 0;
	uint32_t i;

	json_array(json, "faults");
	for (i = 0; i < stacks->fault_count && !result; i++)
		result = fault_json(&writing, &stacks->faults[i]);
	json_array_end(json);
	stack_names_release(&writing.scratch);
	return result;
}
