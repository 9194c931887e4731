/* report/text/stack_path.c - the deepest path of a stack, for people. */
#include "report/text/stack_path.h"

#include "base/table.h"
#include "report/text/names.h"
#include "trace/clock.h"
#include "verdict/stack_functions.h"

#include <stdlib.h>
#include <string.h>

#define PATH_ROWS 60 /* rows that fit a screen */

void report_size_or_nothing(char text[TEXT_NUMBER_BYTES], uint64_t bytes)
{
	if (bytes)
		text_size(text, bytes);
	else
		strcpy(text, "-");
}

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
	report_size_or_nothing(texts[0], 0);
	report_size_or_nothing(texts[1], 0);
	/* what is inlined there has no frame of its own */
	for (i = 0; i + 1 < print->scratch.count; i++)
		report_frame_name(print->screen, &print->scratch.names[i],
		                  figures_print(&print->figures, texts));
	report_size_or_nothing(texts[0], depth_bytes);
	report_size_or_nothing(texts[1], bytes);
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

int report_stack_path(const struct screen *screen, const struct classes *classes,
                      const struct stack_deepest *deepest, const char *whose)
{
	const struct profile *profile = classes->profile;
	const struct ring_header *header = &profile->process->header;
	struct path_print print = { .screen = screen,
		                        .profile = profile,
		                        .path = &deepest->path,
		                        .figures = figures_of(screen, path_columns, 2),
		                        .below_bytes = deepest->bytes };
	char title[192], aside[128], size[TEXT_NUMBER_BYTES], count[TEXT_NUMBER_BYTES],
		at[TEXT_NUMBER_BYTES], when[64] = "";
	uint32_t *functions;
	int result;

	if (!deepest->path.count)
		return 0;
	if (process_is_calibrated(header))
		snprintf(when, sizeof(when), ", %s after the start",
		         text_duration(at, process_time_ns(header, deepest->time)));
	snprintf(title, sizeof(title), "deepest in %s", whose);
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
