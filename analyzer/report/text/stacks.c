/* report/text/stacks.c - how deep the stacks went, for people. */
#include "report/text/stacks.h"

#include "report/text/faults.h"
#include "base/table.h"
#include "report/text/names.h"
#include "report/text/stack_path.h"
#include "report/text/summary.h"
#include "verdict/stack_functions.h"
#include "verdict/stack_order.h"
#include "report/why_memory.h"
#include "verdict/block_filter.h"
#include "verdict/function_choice.h"
#include "verdict/function_text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define NEAR_SHOWN 5 /* threads near their limits that are listed */
#define DEEP_BYTES \
	(UINT64_C(256) << 10) /* a stack this deep is shown on the overview */
/* so is a stack that used this much of its limit, however small it is */
#define DEEP_PERCENT 25
#define LABEL_COLUMNS 15

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
	{ "used", 6, 5 },     { "records", 8, 7 },  { "--why", 6, 5 },
};
#define THREAD_COLUMNS (sizeof(thread_columns) / sizeof(*thread_columns))

/* Print "4711  worker  work(), started by 4710". */
static int thread_name_print(const struct screen *screen, const struct profile *profile,
                             uint32_t index, struct stack_names *scratch, size_t used)
{
	const struct thread_depths *depths = &profile->replay.stacks.threads[index];
	const struct thread *thread = profile->replay.threads.items[index], *creator;
	int columns = fprintf(screen->file, "%u  ", thread->tid);
	char text[1024], function[512] = "", by[64] = "", called[128];
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
	snprintf(text, sizeof(text), "%s%s", function, *function ? by : *by ? by + 2 : "");
	report_names(screen, text_escape(called, sizeof(called), thread->name), "", text,
	             used + (columns > 0 ? (size_t)columns : 0));
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
	struct figures figures = figures_of(screen, thread_columns, THREAD_COLUMNS);
	struct stack_names scratch = { NULL, 0, 0 };
	const struct thread_depths *depths;
	char texts[THREAD_COLUMNS][TEXT_NUMBER_BYTES];
	size_t i, shown = top && top < order->count ? top : order->count;
	int result = 0;

	figures_last_aside(&figures);
	screen_heading(screen, "stacks", "of each thread; the deepest first");
	figures_titles(&figures, "thread");
	for (i = 0; i < shown && !result; i++) {
		depths = &profile->replay.stacks.threads[order->threads[i]];
		report_size_or_nothing(texts[0], depths->deepest.bytes);
		report_size_or_nothing(texts[1], depths->touched_bytes);
		report_size_or_nothing(texts[2], depths->room_bytes);
		share_or_nothing(texts[3], thread_depths_most(depths), depths->room_bytes);
		text_short(texts[4], depths->own_samples);
		why_stack_text(texts[5], profile->replay.threads.items[order->threads[i]]);
		if (!depths->deepest.path.count)
			strcpy(texts[5], "-");
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

const char *other_stack_text(char *text, size_t bytes, const struct replay *replay,
                             const struct other_stack *other)
{
	char who[128];

	snprintf(text, bytes, "%s of %s",
	         other->kind == STACK_SIGNAL ? "signal stack" : "coroutine or the like",
	         thread_text(who, sizeof(who), replay, other->thread));
	return text;
}

/*
 * Print stacks that belong to no thread. Signal stacks have a known size; of the others, such
 * as those of coroutines, only the depth is known. Their rows have the columns of threads, so
 * that both tables can be compared.
 */
static void others_print(const struct screen *screen, const struct replay *replay,
                         const struct stack_choice *choice)
{
	const struct stack_depths *stacks = &replay->stacks;
	struct figures figures = figures_of(screen, thread_columns, THREAD_COLUMNS);
	char texts[THREAD_COLUMNS][TEXT_NUMBER_BYTES], name[256], fitted[1024];
	const struct other_stack *other;
	bool is_signal;
	uint32_t shown = 0, i;

	figures_last_aside(&figures);
	for (i = 0; i < stacks->other_count; i++) {
		other = &stacks->others[i];
		if (!stack_choice_has_other(choice, replay, other))
			continue;
		if (!shown++) {
			screen_heading(screen, "other stacks", "not included in the threads above");
			figures_titles(&figures, "");
		}
		is_signal = other->kind == STACK_SIGNAL;
		report_size_or_nothing(texts[0], other->deepest.bytes);
		report_size_or_nothing(texts[1], 0);
		report_size_or_nothing(texts[2], is_signal ? other->room_bytes : 0);
		share_or_nothing(texts[3], other->deepest.bytes,
		                 is_signal ? other->room_bytes : 0);
		text_short(texts[4], other->readings);
		why_other_stack_text(texts[5], i);
		if (!other->deepest.path.count)
			strcpy(texts[5], "-");
		other_stack_text(name, sizeof(name), replay, other);
		report_names(screen, text_escape(fitted, sizeof(fitted), name), "", "",
		             figures_print(&figures, texts));
	}
	if (stacks->others_more && (!choice || !choice->needed))
		screen_line(screen, 3,
		            ".. and others, of which only the number of "
		            "records is known: %" PRIu64,
		            stacks->others_more);
}

/* ---- functions ------------------------------------------------------------------------- */

/*
 * Print the functions whose frames take most stack, in all records together: a function counts
 * as often as it was found on a stack, so this is a profile of stack space.
 */
static int functions_print(const struct screen *screen, const struct classes *classes,
                           const struct stack_choice *choice, uint64_t top)
{
	static const struct figure_column columns[] = { { "share", 6, 5 },
		                                            { "average", 10, 8 },
		                                            { "largest", 10, 8 },
		                                            { "frames", 8, 6 },
		                                            { "--why", 6, 5 } };
	struct figures figures = figures_of(screen, columns, 5);
	struct stack_names scratch = { NULL, 0, 0 };
	char texts[5][TEXT_NUMBER_BYTES];
	struct stack_functions functions;
	const struct function_frames *row;
	struct stack_name name;
	bool is_own_first;
	size_t i, shown;
	int result = stack_functions_make(&functions, classes->profile,
	                                  &classes->functions);

	figures_last_aside(&figures);
	stack_functions_choose(&functions, choice);
	is_own_first = stack_functions_own_first(&functions, &classes->functions);
	shown = top && top < functions.count ? top : functions.count;
	if (!result && shown) {
		screen_heading(screen, "functions that take the most stack",
		               is_own_first ? "their frames in all records, your own code first"
		                            : "their frames in all records");
		figures_titles(&figures, "function");
	}
	for (i = 0; i < shown && !result; i++) {
		row = &functions.rows[i];
		text_percent(texts[0], row->bytes, functions.bytes);
		text_size(texts[1], row->bytes / row->frames);
		text_size(texts[2], row->largest_bytes);
		text_short(texts[3], row->frames);
		function_number_text(texts[4], row->function);
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

/* ---- the whole ---------------------------------------------------------------------------- */

/* Say which stacks the report is about: `chosen` of `all`. */
static void only_print(const struct screen *screen,
                       const struct report_settings *settings, size_t chosen,
                       size_t all)
{
	const struct block_filter *filter = settings->filter;
	char count[TEXT_NUMBER_BYTES], of[TEXT_NUMBER_BYTES];

	if (filter && (filter->asked->thread || filter->stacks.needed))
		screen_line(screen, LABEL_COLUMNS,
		            "  %sonly%s         stacks%s%s%s%s: %s of %s thread%s",
		            screen_bold(screen), screen_plain(screen),
		            filter->asked->thread ? " of thread " : "",
		            filter->asked->thread ? filter->asked->thread : "",
		            filter->stacks.needed ? " " : "",
		            filter->stacks.needed ? filter->stacks.text.data : "",
		            text_count(count, chosen), text_count(of, all), text_s(all));
}

/*
 * Print everything about the threads in the order, which are `all` without those that the filters
 * leave out. The deepest of them has its path shown.
 */
static int stacks_print(const struct screen *screen, const struct classes *classes,
                        const struct stack_order *order, size_t all,
                        const struct report_settings *settings)
{
	const struct profile *profile = classes->profile;
	const struct stack_choice *choice = settings->filter ? &settings->filter->stacks
	                                                     : NULL;
	char whose[128];

	if (report_faults(screen, classes))
		return -1;
	report_title(screen, profile);
	report_sampled(screen, profile);
	only_print(screen, settings, order->count, all);
	if (!all) {
		fputc('\n', screen->file);
		screen_line(screen, 2,
		            "nothing is known of the stacks: nothing was allocated, or "
		            "the recording is of an earlier version");
		return 0;
	}
	if (!order->count) {
		fputc('\n', screen->file);
		screen_line(
			screen, 2,
			"on no thread's deepest path: the stacks below are of other records");
	} else if (threads_print(screen, profile, order, settings->top)) {
		return -1;
	}
	near_limits_print(screen, &profile->replay, order);
	others_print(screen, &profile->replay, choice);
	if (order->count &&
	    report_stack_path(
			screen, classes, &profile->replay.stacks.threads[order->threads[0]].deepest,
			thread_text(whose, sizeof(whose), &profile->replay, order->threads[0])))
		return -1;
	return functions_print(screen, classes, choice, settings->top);
}

int report_stacks(const struct screen *screen, const struct classes *classes,
                  const struct report_settings *settings)
{
	const struct replay *replay = &classes->profile->replay;
	struct stack_order order;
	int result = stack_order_make(&order, replay);
	size_t all = order.count;

	if (!result && settings->filter &&
	    !stack_order_choose(&order, replay, &settings->filter->stacks) && all)
		result = 1;
	if (!result)
		result = stacks_print(screen, classes, &order, all, settings);
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
