/* live/compose.c - makes the frames of a followed process. */
#include "live/compose.h"

#include "base/array.h"
#include "report/cut_words.h"
#include "report/text/summary.h"
#include "trace/clock.h"
#include "verdict/function_text.h"

#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define RATE_NS UINT64_C(1000000000) /* a rate is over one to two of these */

void live_frame_release(struct live_frame *frame)
{
	free(frame->lines);
	*frame = (struct live_frame){ .lines = NULL };
}

void live_composer_reset(struct live_composer *composer)
{
	live_rows_release(&composer->rows);
	live_moment_release(&composer->since);
	live_moment_release(&composer->older);
	live_moment_release(&composer->newer);
	*composer = (struct live_composer){ .since_number = composer->since_number,
		                                .search_number = composer->search_number };
}

/* ---- moments ---- */

/*
 * Growth begins when all was read that there was at first, and whenever it is asked for. 0 or -1.
 */
static int moments_keep(struct live_composer *composer, const struct live_feed *feed,
                        const struct live_request *request)
{
	const struct profile *profile = live_feed_profile(feed);
	uint64_t now_ns = live_feed_time_ns(feed);
	struct live_moment older = composer->older;

	if (live_memory_read(&composer->memory, feed->reader, profile->process))
		return -1;
	if (!composer->has_begun || composer->since_number != request->since_number) {
		composer->has_begun = feed->has_caught_up;
		composer->since_number = request->since_number;
		composer->memory_since = composer->memory;
		if (live_moment_take(&composer->since, profile, now_ns))
			return -1;
	}
	if (composer->newer.time_ns && now_ns - composer->newer.time_ns < RATE_NS)
		return 0;
	composer->older = composer->newer;
	composer->newer = older;
	return live_moment_take(&composer->newer, profile, now_ns);
}

static struct live_compare compare_of(const struct live_composer *composer,
                                      const struct live_feed *feed)
{
	uint64_t now_ns = live_feed_time_ns(feed), then_ns = composer->older.time_ns;

	return (struct live_compare){ &composer->since, &composer->older,
		                          now_ns > then_ns ? (double)(now_ns - then_ns) / 1e9
		                                           : 0 };
}

/* ---- texts ---- */

static void path_text(char *text, size_t bytes, const char *path)
{
	const char *slash = strrchr(path, '/');

	snprintf(text, bytes, "%s", slash ? slash + 1 : path);
}

/* The texts of a row of functions, call paths, modules, owners or threads. */
static void line_name(struct live_line *line, const struct profile *profile,
                      const struct live_row *row, enum live_group group)
{
	char count[TEXT_NUMBER_BYTES];

	line->aside[0] = 0;
	if (group == LIVE_BY_THREAD) {
		live_row_thread_name(line->name, sizeof(line->name), profile, row);
		if (row->goroutines)
			snprintf(line->aside, sizeof(line->aside), "(%s)",
			         text_count(count, row->goroutines));
		else
			snprintf(line->aside, sizeof(line->aside), "tid %u", row->thread->tid);
	} else if (group == LIVE_BY_MODULE) {
		snprintf(line->name, sizeof(line->name), "%s",
		         *row->name.module ? row->name.module : "(no module)");
	} else {
		stack_name_text(line->name, sizeof(line->name), &row->name);
		if (group == LIVE_BY_PATH)
			stack_name_line(line->aside, sizeof(line->aside), &row->name);
		else if (*row->name.function)
			path_text(line->aside, sizeof(line->aside), row->name.module);
	}
}

static bool has_text(const char *text, const char *part)
{
	return !*part || strcasestr(text, part);
}

/* ---- rows ---- */

/* A row that is not there yet; NULL: memory is out. */
static struct live_line *line_add(struct live_frame *frame)
{
	if (array_reserve(frame->lines, frame->capacity, frame->count + 1))
		return NULL;
	frame->lines[frame->count] = (struct live_line){ .key = 0 };
	return &frame->lines[frame->count++];
}

/* How a search goes through the rows. */
struct search {
	const struct live_request *request;
	bool is_wanted, is_found;
	size_t found;
};

/* A row has been counted: is it the one that is searched for? From above, the first; from below,
 * the last. */
static void search_see(struct search *search, const struct live_line *line, size_t row)
{
	const struct live_request *request = search->request;
	bool is_past = request->is_search_back ? row < request->search_from
	                                       : row > request->search_from;

	if (!search->is_wanted || !is_past ||
	    (search->is_found && !request->is_search_back))
		return;
	if (!has_text(line->name, request->search) &&
	    !has_text(line->aside, request->search))
		return;
	search->is_found = true;
	search->found = row;
}

/* Show a row, if it is among those that are asked for, and let it be searched. 0 or -1. */
static int line_take(struct live_frame *frame, struct search *search,
                     const struct live_line *line)
{
	const struct live_request *request = &frame->request;
	size_t row = frame->row_count;
	struct live_line *shown;

	if (!has_text(line->name, request->filter) &&
	    !has_text(line->aside, request->filter))
		return 0;
	frame->row_count++;
	search_see(search, line, row);
	if (row < request->first || row - request->first >= request->count)
		return 0;
	shown = line_add(frame);
	if (!shown)
		return -1;
	*shown = *line;
	return 0;
}

static bool is_in_focus(const struct live_request *request, const struct live_row *row)
{
	return request->view != LIVE_BY_PATH || !request->focus ||
	       live_rows_function_key(&row->name) == request->focus;
}

/* Whether the texts of a row are needed: of thousands of rows a few are shown. */
static bool is_text_needed(const struct live_frame *frame, const struct search *search)
{
	const struct live_request *request = &frame->request;

	return *request->filter || search->is_wanted ||
	       (frame->row_count >= request->first &&
	        frame->row_count - request->first < request->count);
}

static int rows_take(struct live_composer *composer, const struct live_feed *feed,
                     struct live_frame *frame, struct search *search)
{
	const struct live_compare compare = compare_of(composer, feed);
	const struct live_request *request = &frame->request;
	enum live_group group = (enum live_group)request->view;
	struct live_line line = { .name = "" };
	enum live_sort sort = request->sort;
	unsigned cell;
	size_t i;

	/* what owners have is counted when it has ended: bytes and blocks */
	if (group == LIVE_BY_OWNER)
		sort = sort == LIVE_SORT_BLOCKS || sort == LIVE_SORT_TOTAL ? LIVE_SORT_TOTAL
		                                                           : LIVE_SORT_BYTES;
	if (live_rows_make(&composer->rows, live_feed_profile(feed), group, &compare))
		return -1;
	live_rows_sort(&composer->rows, sort, request->is_ascending, &compare);
	for (i = 0; i < composer->rows.count; i++) {
		const struct live_row *row = &composer->rows.rows[i];

		if (!is_in_focus(request, row))
			continue;
		line.key = row->key;
		if (is_text_needed(frame, search))
			line_name(&line, live_feed_profile(feed), row, group);
		for (cell = 0; cell < LIVE_SORTS; cell++)
			line.cells[cell] = live_row_weight(row, (enum live_sort)cell, &compare);
		if (line_take(frame, search, &line))
			return -1;
	}
	return 0;
}

/* ---- the other views ---- */

static int segment_take(struct live_frame *frame, struct search *search,
                        const char *name, const struct memory_use *now,
                        const struct memory_use *since)
{
	struct live_line line = { .cells = { (int64_t)now->rss, (int64_t)now->size,
		                                 (int64_t)(now->rss - since->rss) } };

	snprintf(line.name, sizeof(line.name), "%s", name);
	return line_take(frame, search, &line);
}

/* The segments that there are, the largest first: few enough to be searched again and again. */
static int segments_take(const struct live_composer *composer, struct live_frame *frame,
                         struct search *search)
{
	const struct live_memory *now = &composer->memory, *since = &composer->memory_since;
	bool is_taken[SEGMENT_COUNT] = { false };
	unsigned most, i, left;

	frame->has_segments = now->is_known;
	if (!now->is_known)
		return 0;
	if (segment_take(frame, search, "all, without outlive's own", &now->total,
	                 &since->total))
		return -1;
	for (left = SEGMENT_COUNT; left; left--) {
		most = SEGMENT_COUNT;
		for (i = 0; i < SEGMENT_COUNT; i++) {
			if (!is_taken[i] &&
			    (most == SEGMENT_COUNT || now->uses[i].rss > now->uses[most].rss))
				most = i;
		}
		is_taken[most] = true;
		if ((now->uses[most].size || since->uses[most].size) &&
		    segment_take(frame, search, segment_title((enum segment)most),
		                 &now->uses[most], &since->uses[most]))
			return -1;
	}
	return 0;
}

static int loss_take(struct live_frame *frame, struct search *search, uint64_t count,
                     const char *name)
{
	struct live_line line = { .cells = { (int64_t)count } };

	snprintf(line.name, sizeof(line.name), "%s", name);
	return count ? line_take(frame, search, &line) : 0;
}

/* Where the walks of cut stacks ended: rows below their number. */
static int cuts_take(const struct ring_header *header, struct live_frame *frame,
                     struct search *search)
{
	struct cut_counts cuts = cut_counts(header);
	char text[LIVE_NAME_BYTES];
	enum cut_kind kind;

	for (kind = CUT_NONE; kind < CUT_KINDS; kind++) {
		snprintf(text, sizeof(text), "  of these at %s", cut_text(kind));
		if (loss_take(frame, search, cuts.counts[kind], text))
			return -1;
	}
	return 0;
}

static int losses_take(const struct profile *profile, struct live_frame *frame,
                       struct search *search)
{
	const struct lost_counts *lost = &profile->lost;
	const uint64_t *by_cause = profile->process->header.lost;
	unsigned cause;

	for (cause = 0; cause < LOST_CAUSES; cause++) {
		if (loss_take(frame, search, by_cause[cause],
		              loss_cause_text(cause, by_cause[cause])))
			return -1;
		if (cause == LOST_STACKS_CUT &&
		    cuts_take(&profile->process->header, frame, search))
			return -1;
	}
	if (loss_take(frame, search, lost->damaged, "in chunks that could not be read"))
		return -1;
	return loss_take(frame, search, lost->holes,
	                 "gaps in the threads' own counts, for no cause that is known");
}

/* The frames of a call path, innermost first. */
static int frames_take(const struct profile *profile, struct live_frame *frame,
                       struct search *search)
{
	uint64_t path = frame->request.focus;
	struct stack_names stack = { NULL, 0, 0 };
	struct live_line line = { .key = 0 };
	int result = 0;
	size_t i;

	if (!path || path >= profile->replay.paths.count)
		return 0;
	if (stack_names_fill(&stack, profile, profile_path(profile, (uint32_t)path)->node))
		return -1;
	for (i = 0; i < stack.count && !result; i++) {
		stack_name_text(line.name, sizeof(line.name), &stack.names[i]);
		stack_name_line(line.aside, sizeof(line.aside) - 16, &stack.names[i]);
		if (stack.names[i].is_inlined)
			strcat(line.aside, " (inlined)");
		if (stack.names[i].is_cut)
			strcat(line.aside, " (gap)");
		result = line_take(frame, search, &line);
	}
	stack_names_release(&stack);
	return result;
}

static int lines_take(struct live_composer *composer, const struct live_feed *feed,
                      struct live_frame *frame)
{
	const struct live_request *request = &frame->request;
	struct search search = { .request = request };
	int result;

	search.is_wanted = *request->search &&
	                   request->search_number != composer->search_number;
	if (request->view < LIVE_GROUPS)
		result = rows_take(composer, feed, frame, &search);
	else if (request->view == LIVE_VIEW_SEGMENTS)
		result = segments_take(composer, frame, &search);
	else if (request->view == LIVE_VIEW_LOSSES)
		result = losses_take(live_feed_profile(feed), frame, &search);
	else
		result = frames_take(live_feed_profile(feed), frame, &search);
	if (search.is_wanted) {
		composer->search_number = request->search_number;
		composer->is_found = search.is_found;
		composer->found = search.found;
	}
	frame->is_found = composer->is_found;
	frame->found = composer->found;
	return result;
}

/* ---- the head ---- */

static void head_take(const struct live_composer *composer,
                      const struct live_feed *feed, struct live_frame *frame)
{
	const struct live_compare compare = compare_of(composer, feed);
	const struct profile *profile = live_feed_profile(feed);
	const struct replay *replay = &profile->replay;
	const struct live_counts *before = &compare.before->all;

	process_command_text(frame->program, sizeof(frame->program),
	                     &profile->process->header);
	frame->pid = profile->process->header.pid;
	frame->process = live_feed_process(feed);
	frame->process_count = live_feed_process_count(feed);
	frame->is_ended = live_feed_is_ended(feed);
	frame->is_all_ended = frame->is_ended && frame->process_count == 1 &&
	                      !trace_follow_has_others(live_profile_follow(feed->live));
	frame->time_ns = live_feed_time_ns(feed);
	frame->behind_ns = live_feed_behind_ns(feed);
	frame->since_ns = composer->since.time_ns;
	frame->all = live_counts_of_all(profile);
	frame->since = composer->since.all;
	frame->bytes_rate = live_rate(frame->all.bytes, before->bytes, compare.seconds);
	frame->calls_rate = live_rate(frame->all.allocations, before->allocations,
	                              compare.seconds);
	frame->frees_rate = live_rate(frame->all.frees, before->frees, compare.seconds);
	frame->peak_bytes = replay->paths.peak_bytes;
	frame->events = replay->totals.events;
	frame->sample_bytes = replay->sample.mean_bytes;
	frame->lost = profile->lost.events;
	frame->threads = thread_table_threads(&replay->threads);
	frame->step_count = replay->timeline.step + 1;
	memcpy(frame->steps, replay->timeline.bytes_max, sizeof(frame->steps));
}

int live_compose(struct live_composer *composer, const struct live_feed *feed,
                 const struct live_request *request, struct live_frame *frame)
{
	if (live_profile_settle(feed->live) || moments_keep(composer, feed, request))
		return -1;
	frame->request = *request;
	frame->first = request->first;
	frame->count = frame->row_count = 0;
	head_take(composer, feed, frame);
	return lines_take(composer, feed, frame);
}
