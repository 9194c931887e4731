/* report/text/stacks.c - how deep the stacks went, for people. */
#include "report/text/stacks.h"

#include "report/text/faults.h"
#include "base/table.h"
#include "report/text/names.h"
#include "report/text/summary.h"
#include "verdict/stack_functions.h"
#include "verdict/stack_order.h"
#include "trace/clock.h"
#include "verdict/function_text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* threads near their limits that are listed, and rows of the deepest path: both fit a screen */
#define NEAR_SHOWN 5
#define PATH_ROWS 60
#define DEEP_BYTES \
	(UINT64_C(256) << 10) /* a stack this deep is shown on the overview */
/* so is a stack that used this much of its limit, however small it is */
#define DEEP_PERCENT 25
#define LABEL_COLUMNS 15

/* 0: not known, or nothing was recorded, which "-" shows; "0 B" would claim a fact. */
static void size_or_nothing(char text[TEXT_NUMBER_BYTES], uint64_t bytes)
{
	if (bytes)
		text_size(text, bytes);
	else
		strcpy(text, "-");
}

static void share_or_nothing(char text[TEXT_NUMBER_BYTES], uint64_t part,
                             uint64_t whole)
{
	if (whole)
		text_percent(text, part, whole);
	else
		strcpy(text, "-");
}

/* "thread 4711 (worker) used 83.1% of its 256 KiB stack" */
static void near_print(const struct screen *screen, const struct replay *replay,
                       uint32_t index, const char *label, const char *aside)
{
	const struct thread_depths *thread = &replay->stacks.threads[index];
	char who[128], part[TEXT_NUMBER_BYTES], room[TEXT_NUMBER_BYTES];
	uint64_t most = thread_depths_most(thread);

	screen_line(screen, LABEL_COLUMNS, "  %s%-*s%s%s used %s of its %s stack%s%s",
	            screen_bold(screen), LABEL_COLUMNS - 2, label, screen_plain(screen),
	            thread_text(who, sizeof(who), replay, index),
	            text_percent(part, most, thread->room_bytes),
	            text_size(room, thread->room_bytes),
	            thread->deepest.bytes < most - most / 8 ? ", by its touched pages" : "",
	            aside);
}

/* ---- threads -------------------------------------------------------------------------- */

static const struct figure_column thread_columns[] = {
	{ "deepest", 10, 8 }, { "touched", 10, 8 }, { "limit", 10, 8 },
	{ "used", 6, 5 },     { "records", 8, 7 },
};

/* Print "4711 worker work(), started by 4710" as far as it fits. */
static int thread_name_print(const struct screen *screen, const struct profile *profile,
                             uint32_t index, struct stack_names *scratch, size_t used)
{
	const struct thread_depths *depths = &profile->replay.stacks.threads[index];
	const struct thread *thread = profile->replay.threads.items[index], *creator;
	int columns = fprintf(screen->file, "%u  ", thread->tid);
	char text[1024], function[512] = "", by[64] = "";
	struct stack_name name;

	if (depths->start_location) {
		if (stack_name_physical(&name, scratch, profile, depths->start_location))
			return -1;
		stack_name_text(function, sizeof(function), &name);
	}
	/* NULL: not known, as for the first thread */
	creator = stack_creator(&profile->replay, index);
	if (creator)
		snprintf(by, sizeof(by), ", started by %u", creator->tid);
	snprintf(text, sizeof(text), "%s%s%s%s", thread->name, *function ? "  " : "",
	         function, by);
	text_fit(function, sizeof(function), text,
	         screen->columns - used - (columns > 0 ? (size_t)columns : 0),
	         TEXT_KEEP_START);
	fprintf(screen->file, "%s%s%s\n", screen_dim(screen), function,
	        screen_plain(screen));
	return 0;
}

/*
 * Print a row for each of the first `top` threads. "touched" is how far the pages of the stack
 * are resident, which is more than "deepest" if no record was made at the deepest point; "used"
 * is of the larger of both.
 */
static int threads_print(const struct screen *screen, const struct profile *profile,
                         const struct stack_order *order, uint64_t top)
{
	struct figures figures = figures_of(screen, thread_columns, 5);
	struct stack_names scratch = { NULL, 0, 0 };
	const struct thread_depths *depths;
	char texts[5][TEXT_NUMBER_BYTES];
	size_t i, shown = top && top < order->count ? top : order->count;
	int result = 0;

	screen_heading(screen, "stacks", "of each thread; the deepest first");
	figures_titles(&figures, "thread");
	for (i = 0; i < shown && !result; i++) {
		depths = &profile->replay.stacks.threads[order->threads[i]];
		size_or_nothing(texts[0], depths->deepest.bytes);
		size_or_nothing(texts[1], depths->touched_bytes);
		size_or_nothing(texts[2], depths->room_bytes);
		share_or_nothing(texts[3], thread_depths_most(depths), depths->room_bytes);
		text_short(texts[4], depths->own_samples);
		result = thread_name_print(screen, profile, order->threads[i], &scratch,
		                           figures_print(&figures, texts));
	}
	if (shown < order->count)
		screen_line(screen, 3, ".. and %zu more; --top 0 shows all",
		            order->count - shown);
	stack_names_release(&scratch);
	return result;
}

/*
 * Print the threads that come near the limit of their stack: all are counted, a few are named.
 */
static void near_limits_print(const struct screen *screen, const struct replay *replay,
                              const struct stack_order *order)
{
	size_t i, count = 0;

	for (i = 0; i < order->count; i++) {
		if (!thread_depths_is_near_limit(&replay->stacks.threads[order->threads[i]]))
			continue;
		if (!count)
			fputc('\n', screen->file);
		if (count++ < NEAR_SHOWN)
			near_print(screen, replay, order->threads[i], "near limit", "");
	}
	if (count > NEAR_SHOWN)
		screen_line(screen, LABEL_COLUMNS, "%*sand %zu more threads", LABEL_COLUMNS, "",
		            count - NEAR_SHOWN);
}

/* ---- stacks that are no thread's -------------------------------------------------------- */

/*
 * Print stacks that belong to no thread. Signal stacks have a known size; of the others, such
 * as those of coroutines, only the depth is known. Their rows have the columns of threads, so
 * that both tables can be compared.
 */
static void others_print(const struct screen *screen, const struct replay *replay)
{
	const struct stack_depths *stacks = &replay->stacks;
	struct figures figures = figures_of(screen, thread_columns, 5);
	char texts[5][TEXT_NUMBER_BYTES], name[256], fitted[256], who[128];
	const struct other_stack *other;
	bool is_signal;
	uint32_t i;

	if (!stacks->other_count)
		return;
	screen_heading(screen, "other stacks", "not included in the threads above");
	figures_titles(&figures, "");
	for (i = 0; i < stacks->other_count; i++) {
		other = &stacks->others[i];
		is_signal = other->kind == STACK_SIGNAL;
		size_or_nothing(texts[0], other->deepest.bytes);
		size_or_nothing(texts[1], 0);
		size_or_nothing(texts[2], is_signal ? other->room_bytes : 0);
		share_or_nothing(texts[3], other->deepest.bytes,
		                 is_signal ? other->room_bytes : 0);
		text_short(texts[4], other->readings);
		thread_text(who, sizeof(who), replay, other->thread);
		snprintf(name, sizeof(name), "%s of %s",
		         is_signal ? "signal stack" : "coroutine or the like", who);
		text_fit(fitted, sizeof(fitted), name,
		         screen->columns - figures_print(&figures, texts), TEXT_KEEP_BOTH);
		fprintf(screen->file, "%s\n", fitted);
	}
	if (stacks->others_more)
		screen_line(screen, 3,
		            ".. and others, of which only the number of "
		            "records is known: %" PRIu64,
		            stacks->others_more);
}

/* ---- the deepest path -------------------------------------------------------------------- */

struct path_print {
	const struct screen *screen;
	const struct profile *profile;
	/* outermost entry first; functions here count frames from the innermost */
	const struct stack_path *path;
	struct figures figures;
	struct stack_names scratch;
	uint64_t below_bytes; /* bytes from the stack's end to the next frame */
	size_t rows;
};

static const struct figure_column path_columns[] = { { "depth", 10, 8 },
	                                                 { "frame", 10, 8 } };

/* The bytes of frame `at`, 0 the innermost. A record keeps them in words of 8 bytes. */
static uint64_t entry_bytes(const struct path_print *print, size_t at)
{
	return print->path->entries[print->path->count - 1 - at].words * UINT64_C(8);
}

/* Print a frame's row: its `bytes`, and how deep the stack is including it. */
static int path_row(struct path_print *print, size_t at, uint64_t depth_bytes,
                    uint64_t bytes)
{
	const struct stack_path *path = print->path;
	char texts[2][TEXT_NUMBER_BYTES];
	struct stack_name name;
	size_t i;

	if (stack_name_physical(&name, &print->scratch, print->profile,
	                        path->entries[path->count - 1 - at].location))
		return -1;
	size_or_nothing(texts[0], 0);
	size_or_nothing(texts[1], 0);
	/* what is inlined there has no frame of its own */
	for (i = 0; i + 1 < print->scratch.count; i++)
		report_frame_name(print->screen, &print->scratch.names[i],
		                  figures_print(&print->figures, texts));
	size_or_nothing(texts[0], depth_bytes);
	size_or_nothing(texts[1], bytes);
	report_name(print->screen, &name, figures_print(&print->figures, texts));
	if (path->entries[path->count - 1 - at].is_cut)
		screen_line(print->screen, 3, " (gap)");
	print->rows++;
	return 0;
}

/* Print the rounds from frame `at` on as one round: its functions with their average frames. */
static int rounds_print(struct path_print *print, const struct stack_rounds *rounds)
{
	uint64_t bytes = 0, depth_bytes = print->below_bytes, sum;
	char count[TEXT_NUMBER_BYTES], each[TEXT_NUMBER_BYTES];
	size_t i, j;

	/*
	 * All rounds together are taken off the depth at once; rows within the round show no depth,
	 * as each stands for many frames at different depths.
	 */
	for (i = 0; i < rounds->period * rounds->rounds; i++)
		bytes += entry_bytes(print, rounds->first + i);
	print->below_bytes -= bytes < print->below_bytes ? bytes : print->below_bytes;
	screen_line(print->screen, 3, " %s rounds of %zu call%s: %s each round",
	            text_count(count, rounds->rounds), rounds->period,
	            text_s(rounds->period), text_size(each, bytes / rounds->rounds));
	for (i = 0; i < rounds->period; i++) {
		sum = 0;
		for (j = 0; j < rounds->rounds; j++)
			sum += entry_bytes(print, rounds->first + j * rounds->period + i);
		if (path_row(print, rounds->first + i, i ? 0 : depth_bytes,
		             sum / rounds->rounds))
			return -1;
	}
	screen_line(print->screen, 3, " called from");
	return 0;
}

/* Print how many frames were left out of the path. */
static void left_out_print(struct path_print *print)
{
	uint64_t bytes = print->path->left_words * STACK_WORD_BYTES;
	char count[TEXT_NUMBER_BYTES], size[TEXT_NUMBER_BYTES];

	print->below_bytes -= bytes < print->below_bytes ? bytes : print->below_bytes;
	screen_line(print->screen, 3, " .. %s more frames: %s",
	            text_count(count, print->path->left_out), text_size(size, bytes));
}

/*
 * Print the path from the innermost frame outwards. Where calls repeat, all rounds become one,
 * so that a recursion of thousands of frames takes a few rows. The frames left out of a record
 * lie behind the first STACK_PATH_INNER; rounds must not reach across them.
 */
static int path_rows(struct path_print *print, const uint32_t *functions)
{
	const struct stack_path *path = print->path;
	size_t count = path->count, at = 0, bytes;
	struct stack_rounds rounds;
	int result = 0;

	/*
	 * the size of the outermost entry includes more than its frame, so it belongs to no
	 * round
	 */
	while (at < count && !result) {
		if (path->left_out && at == STACK_PATH_INNER)
			left_out_print(print);
		if (print->rows >= PATH_ROWS) {
			screen_line(print->screen, 3, " .. %zu more frames", count - at);
			break;
		}
		rounds = stack_rounds_at(
			functions,
			path->left_out && at < STACK_PATH_INNER ? STACK_PATH_INNER : count - 1,
			at < count - 1 ? at : count - 1);
		if (rounds.rounds) {
			result = rounds_print(print, &rounds);
			at += rounds.period * rounds.rounds;
			continue;
		}
		bytes = entry_bytes(print, at);
		result = path_row(print, at, print->below_bytes, bytes);
		print->below_bytes -= bytes < print->below_bytes ? bytes : print->below_bytes;
		at++;
	}
	return result;
}

/*
 * Print the deepest path of a thread, whose index is given. Without any record of it this
 * prints nothing. 0, or -1: no memory.
 */
static int deepest_print(const struct screen *screen, const struct classes *classes,
                         uint32_t index)
{
	const struct profile *profile = classes->profile;
	const struct stack_deepest *deepest = &profile->replay.stacks.threads[index]
	                                           .deepest;
	const struct ring_header *header = &profile->process->header;
	struct path_print print = { .screen = screen,
		                        .profile = profile,
		                        .path = &deepest->path,
		                        .figures = figures_of(screen, path_columns, 2),
		                        .below_bytes = deepest->bytes };
	char who[128], title[192], aside[128], size[TEXT_NUMBER_BYTES],
		count[TEXT_NUMBER_BYTES], at[TEXT_NUMBER_BYTES], when[64] = "";
	uint32_t *functions;
	int result;

	if (!deepest->path.count)
		return 0;
	if (process_is_calibrated(header))
		snprintf(when, sizeof(when), ", %s after the start",
		         text_duration(at, process_time_ns(header, deepest->time)));
	snprintf(title, sizeof(title), "deepest in %s",
	         thread_text(who, sizeof(who), &profile->replay, index));
	snprintf(aside, sizeof(aside), "%s in %s frame%s%s",
	         text_size(size, deepest->bytes), text_count(count, deepest->frames),
	         text_s(deepest->frames), when);
	screen_heading(screen, title, aside);
	figures_titles(&print.figures, "function");
	functions = stack_path_functions(print.path, &classes->functions);
	result = functions ? path_rows(&print, functions) : -1;
	free(functions);
	stack_names_release(&print.scratch);
	return result;
}

/*
 * ---- functions -----------------------------------------------------------------------------
 */

/*
 * Print the functions whose frames take most stack, in all records together: a function counts
 * as often as it was found on a stack, so this is a profile of stack space.
 */
static int functions_print(const struct screen *screen, const struct classes *classes,
                           uint64_t top)
{
	static const struct figure_column columns[] = { { "share", 6, 5 },
		                                            { "average", 10, 8 },
		                                            { "largest", 10, 8 },
		                                            { "frames", 8, 6 } };
	struct figures figures = figures_of(screen, columns, 4);
	struct stack_names scratch = { NULL, 0, 0 };
	char texts[4][TEXT_NUMBER_BYTES];
	struct stack_functions functions;
	const struct function_frames *row;
	struct stack_name name;
	size_t i, shown;
	int result = stack_functions_make(&functions, classes->profile,
	                                  &classes->functions);

	shown = top && top < functions.count ? top : functions.count;
	if (!result && shown) {
		screen_heading(screen, "functions that take the most stack",
		               "their frames in all records");
		figures_titles(&figures, "function");
	}
	for (i = 0; i < shown && !result; i++) {
		row = &functions.rows[i];
		text_percent(texts[0], row->bytes, functions.bytes);
		text_size(texts[1], row->bytes / row->frames);
		text_size(texts[2], row->largest_bytes);
		text_short(texts[3], row->frames);
		result = stack_name_physical(&name, &scratch, classes->profile, row->location);
		name.line = 0; /* it would be the line of any one of its calls */
		if (!result)
			report_name(screen, &name, figures_print(&figures, texts));
	}
	if (!result && shown < functions.count)
		screen_line(screen, 3, ".. and %zu more; --top 0 shows all",
		            functions.count - shown);
	stack_functions_release(&functions);
	stack_names_release(&scratch);
	return result;
}

/* Print everything except the path of thread `shown`, which stands in between. */
static int stacks_print(const struct screen *screen, const struct classes *classes,
                        const struct stack_order *order, uint64_t top, uint32_t shown)
{
	const struct profile *profile = classes->profile;

	if (report_faults(screen, classes))
		return -1;
	report_title(screen, profile);
	if (!order->count) {
		fputc('\n', screen->file);
		screen_line(screen, 2,
		            "nothing is known of the stacks: nothing was allocated, or "
		            "the recording is of an earlier version");
		return 0;
	}
	if (threads_print(screen, profile, order, top))
		return -1;
	near_limits_print(screen, &profile->replay, order);
	others_print(screen, &profile->replay);
	if (deepest_print(screen, classes, shown))
		return -1;
	return functions_print(screen, classes, top);
}

int report_stacks(const struct screen *screen, const struct classes *classes,
                  uint64_t top)
{
	const struct replay *replay = &classes->profile->replay;
	struct stack_order order;
	uint32_t shown;
	int result = stack_order_make(&order, replay);

	if (!result) {
		/* the deepest of all, unless --thread wants another one */
		shown = order.count ? order.threads[0] : 0;
		if (classes->profile->choice.has_threads &&
		    !stack_order_wanted(&order, replay, &shown))
			result = 1;
	}
	if (!result)
		result = stacks_print(screen, classes, &order, top, shown);
	stack_order_release(&order);
	return result;
}

/*
 * At most one line, for the most urgent finding: a stack near its limit, then one that uses
 * much of its limit, then one that is deep in bytes.
 */
void report_stacks_brief(const struct screen *screen, const struct profile *profile)
{
	const struct replay *replay = &profile->replay;
	uint32_t fullest = stack_depths_fullest(&replay->stacks);
	uint32_t deepest = stack_depths_deepest(&replay->stacks);
	const struct thread_depths *thread;
	char who[128], size[TEXT_NUMBER_BYTES];
	uint32_t i;

	for (i = 0; i < replay->stacks.fault_count; i++) {
		if (replay->stacks.faults[i].kind == FAULT_STACK_OVERFLOW)
			return; /* the fault was printed before everything else */
	}
	if (fullest != UINT32_MAX &&
	    thread_depths_is_near_limit(&replay->stacks.threads[fullest])) {
		near_print(screen, replay, fullest, "near limit", "; --stacks shows it");
		return;
	}
	if (fullest != UINT32_MAX) {
		thread = &replay->stacks.threads[fullest];
		if (thread_depths_most(thread) * 100 >= thread->room_bytes * DEEP_PERCENT) {
			near_print(screen, replay, fullest, "stacks", "; --stacks shows it");
			return;
		}
	}
	if (deepest == UINT32_MAX)
		return;
	thread = &replay->stacks.threads[deepest];
	if (thread->deepest.bytes >= DEEP_BYTES)
		screen_line(screen, LABEL_COLUMNS,
		            "  stacks       up to %s deep, in %s; --stacks shows it",
		            text_size(size, thread->deepest.bytes),
		            thread_text(who, sizeof(who), replay, deepest));
}
