/* report/json/process.c - a process, its phases and its memory in JSON. */
#include "report/json/process.h"

#include "report/completeness.h"
#include "base/text.h"
#include "report/cut_words.h"
#include "trace/clock.h"

#include <string.h>

void lost_json(struct json_writer *json, const struct trace_process *process,
               const struct lost_counts *lost)
{
	/* by enum loss_cause; a new cause without a key here would be written with key NULL */
	static const char *const causes[LOST_CAUSES] = {
		[LOST_RING_FULL] = "ring_full",   [LOST_OVERWRITTEN] = "overwritten",
		[LOST_NESTED] = "nested",         [LOST_NO_STATE] = "no_state",
		[LOST_TOO_BIG] = "too_big",       [LOST_DEFINITIONS] = "definitions",
		[LOST_STACKS_CUT] = "stacks_cut", [LOST_STUBS] = "stubs",
		[LOST_CHILDREN] = "children",     [LOST_DRAINED] = "drained",
		[LOST_SAMPLES] = "samples",
	};
	struct cut_counts cuts = cut_counts(&process->header);
	size_t i;

	json_object(json, "lost");
	json_count(json, "events", lost->events);
	/* only causes that this version knows: a newer recorder may have counted others */
	for (i = 0; i < LOST_CAUSES; i++)
		json_count(json, causes[i], process->header.lost[i]);
	json_object_inline(json, "cuts");
	for (enum cut_kind kind = CUT_NONE; kind < CUT_KINDS; kind++)
		json_count(json, cut_name(kind), cuts.counts[kind]);
	json_object_end(json);
	json_count(json, "damaged", lost->damaged);
	json_count(json, "holes", lost->holes);
	json_object_end(json);
}

/* Write the arguments joined by spaces, and as an array. */
static void command_json(struct json_writer *json, const struct ring_header *header)
{
	struct text joined = { NULL, 0, 0 };
	char argument[RING_COMMAND_BYTES + 1];
	uint32_t at, length;

	json_array(json, "arguments");
	/*
	 * The arguments stand one behind the other, each with a 0 at its end. The traced process
	 * wrote them, so nothing says that the last one has its 0: strnlen() stays within the
	 * bytes.
	 */
	for (at = 0; at < header->command_bytes; at += length + 1) {
		length = (uint32_t)strnlen(header->command + at, header->command_bytes - at);
		memcpy(argument, header->command + at, length);
		argument[length] = 0;
		json_string(json, NULL, argument);
		text_printf(&joined, "%s%s", at ? " " : "", argument);
	}
	json_array_end(json);
	json_string(json, "command", joined.data ? joined.data : "");
	text_release(&joined);
}

/*
 * Write the header's facts and the counts. The flags are bits, which json_bool() gets as 0 or
 * not 0. `counts` may come from a replay, or from reading only the chunks: the members are
 * the same.
 */
void process_json(struct json_writer *json, const struct trace_process *process,
                  const struct process_counts *counts)
{
	const struct ring_header *header = &process->header;

	json_count(json, "number", process->number);
	json_count(json, "pid", header->pid);
	json_count(json, "parent_pid", header->parent_pid);
	json_string(json, "executable", header->executable);
	command_json(json, header);
	json_count(json, "start_wall_ns", header->start_wall_ns);
	json_count(json, "duration_ns", process_time_ns(header, counts->time_last));
	json_count(json, "processor_ns", header->processor_ns);
	json_bool(json, "finished", header->flags & RING_FINISHED);
	json_bool(json, "forked", header->flags & RING_FORKED);
	json_bool(json, "frames_exact", header->flags & RING_FRAMES_EXACT);
	json_bool(json, "own_malloc", header->flags & RING_OWN_MALLOC);
	json_bool(json, "malloc_before", header->flags & RING_MALLOC_BEFORE);
	json_bool(json, "unreadable", header->flags & RING_UNREADABLE);
	json_bool(json, "past_us", header->flags & RING_PAST_US);
	json_bool(json, "go_unknown", header->flags & RING_GO_UNKNOWN);
	json_bool(json, "copies_stacks", header->flags & RING_COPIES_STACKS);
	json_bool(json, "from_ring", process->is_from_ring);
	json_bool(json, "still_running", process->is_live);
	json_bool(json, "outlived", header->flags & RING_OUTLIVED);
	json_bool(json, "attached", header->flags & RING_ATTACHED);
	json_bool(json, "waited", header->flags & RING_WAITED);
	json_bool(json, "detached", header->flags & RING_DETACHED);
	json_count(json, "age_ns", header->age_ns);
	json_count(json, "threads", counts->threads);
	json_count(json, "events", counts->events);
	json_count(json, "allocations", counts->allocations);
	json_count(json, "bytes", counts->bytes);
	json_count(json, "frees", counts->frees);
	json_count(json, "reallocs", counts->reallocs);
	json_count(json, "failed", counts->failed);
	json_count(json, "chunks", process->chunks.count);
	json_count(json, "stored_bytes", process->stored_bytes);
	lost_json(json, process, &counts->lost);
}

/*
 * Write the phases that were entered; libc's come first, so the index tells which one it is.
 * Times are since the start of the process, in ns.
 */
void phases_json(struct json_writer *json, const struct ring_header *header,
                 const struct phases *phases)
{
	static const char *const kinds[] = { "load", "main", "exit" };
	const struct phase_total *total;
	uint32_t i;

	json_array(json, "phases");
	for (i = 0; i < phases->count; i++) {
		total = &phases->totals[i];
		if (!total->spans)
			continue;
		json_object_inline(json, NULL);
		json_string(json, "name", total->name);
		json_string(json, "kind", i < PHASES_OF_LIBC ? kinds[i] : "named");
		json_count(json, "start_ns", process_time_ns(header, total->start));
		json_count(json, "end_ns", process_time_ns(header, total->end));
		json_count(json, "duration_ns", process_span_ns(header, total->duration));
		json_count(json, "spans", total->spans);
		json_count(json, "allocations", total->counts.allocations);
		json_count(json, "bytes", total->counts.bytes);
		json_count(json, "frees", total->counts.frees);
		json_object_end(json);
	}
	json_array_end(json);
}

void use_json(struct json_writer *json, const struct memory_use *use)
{
	json_count(json, "size", use->size);
	json_count(json, "rss", use->rss);
	json_count(json, "pss", use->pss);
	json_count(json, "private_dirty", use->private_dirty);
	json_count(json, "private_clean", use->private_clean);
	json_count(json, "shared_dirty", use->shared_dirty);
	json_count(json, "shared_clean", use->shared_clean);
	json_count(json, "anonymous", use->anonymous);
	json_count(json, "swap", use->swap);
	json_count(json, "swap_pss", use->swap_pss);
	json_count(json, "huge", use->huge);
	json_count(json, "locked", use->locked);
}

void use_json_object(struct json_writer *json, const char *key,
                     const struct memory_use *use)
{
	json_object_inline(json, key);
	use_json(json, use);
	json_line_break(json);
	json_object_end(json);
}

void incomplete_json(struct json_writer *json, const struct trace_reader *reader)
{
	struct text text = { NULL, 0, 0 };

	if (!completeness_text(&text, reader))
		json_string(json, "incomplete", text.data ? text.data : "");
	text_release(&text);
}
