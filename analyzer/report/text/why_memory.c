/* report/text/why_memory.c - what --why shows of mappings and stacks. */
#include "report/text/why_memory.h"

#include "report/text/faults.h"
#include "report/text/mappings.h"
#include "report/text/stack_path.h"
#include "report/text/stacks.h"
#include "report/why_memory.h"
#include "verdict/function_text.h"
#include "verdict/stack_choice.h"
#include "verdict/stack_functions.h"
#include "verdict/stack_order.h"

#include <string.h>

#define LABEL_COLUMNS 15

/* Filters choose blocks, unless a view of mappings or stacks is asked for. */
static void unfiltered_print(const struct screen *screen, const struct profile *profile)
{
	if (profile->choice.text)
		screen_line(screen, LABEL_COLUMNS,
		            "  unfiltered   filters choose blocks here: what follows is of the "
		            "whole process");
}

/* The deepest of the threads' paths with the function; NULL: there is none. 0 or -1. */
static int deepest_print(const struct screen *screen, const struct classes *classes,
                         uint32_t function)
{
	const struct replay *replay = &classes->profile->replay;
	struct stack_order order;
	char whose[128];
	size_t i;
	int result = stack_order_make(&order, replay);

	for (i = 0; i < order.count && !result; i++) {
		const struct stack_deepest *deepest = &replay->stacks.threads[order.threads[i]]
		                                           .deepest;

		if (!stack_path_has_function(&deepest->path, classes, function))
			continue;
		thread_text(whose, sizeof(whose), replay, order.threads[i]);
		result = report_stack_path(screen, classes, deepest, whose);
		break;
	}
	stack_order_release(&order);
	return result;
}

/* An inlined function has no frame of its own. */
static int function_print(const struct screen *screen, const struct classes *classes,
                          uint32_t function)
{
	char name[512], average[TEXT_NUMBER_BYTES], largest[TEXT_NUMBER_BYTES];
	char frames[TEXT_NUMBER_BYTES], share[TEXT_NUMBER_BYTES];
	const struct function_frames *row = NULL;
	struct stack_functions functions;
	size_t i;
	int result = stack_functions_make(&functions, classes->profile,
	                                  &classes->functions);

	for (i = 0; i < functions.count && !row; i++)
		row = functions.rows[i].function == function ? &functions.rows[i] : NULL;
	function_text(name, sizeof(name), classes, function);
	screen_line(screen, 2, "%s%s%s  %sallocates none of these blocks, and owns none%s",
	            screen_bold(screen), name, screen_plain(screen), screen_dim(screen),
	            screen_plain(screen));
	if (row)
		screen_line(
			screen, LABEL_COLUMNS,
			"  stack        %s on average, at most %s: %s frame%s in the records of "
			"stacks, %s of their bytes",
			text_size(average, row->bytes / row->frames),
			text_size(largest, row->largest_bytes), text_count(frames, row->frames),
			text_s(row->frames), text_percent(share, row->bytes, functions.bytes));
	else if (!result)
		screen_line(screen, LABEL_COLUMNS,
		            "  stack        on the stack, without a frame of known size");
	stack_functions_release(&functions);
	return result ? result : deepest_print(screen, classes, function);
}

static int memory_print(const struct screen *screen, const struct classes *classes,
                        const struct why_memory *memory)
{
	const struct replay *replay = &classes->profile->replay;
	char whose[128];

	unfiltered_print(screen, classes->profile);
	if (memory->mapping_count)
		return report_mapping_paths(screen, classes, memory->mappings);
	if (memory->function)
		return function_print(screen, classes, memory->function);
	if (memory->thread)
		thread_text(whose, sizeof(whose), replay, memory->thread - 1);
	else
		other_stack_text(whose, sizeof(whose), replay,
		                 &replay->stacks.others[memory->other - 1]);
	return report_stack_path(screen, classes, memory->stack, whose);
}

/* "12", "12f": no part of a nameless function's address, even if no list has it now. */
static bool is_number(const char *which)
{
	size_t digits = strspn(which, "0123456789");

	return digits && (!which[digits] || !which[digits + 1]);
}

int report_why_memory(const struct screen *screen, const struct classes *classes,
                      const char *which, struct why_several *several)
{
	bool is_listed = several->list.bytes || several->line.bytes || several->peeled;
	struct why_memory memory;
	int result = 1;

	if (is_listed && !several->is_part)
		return 1;
	if (why_memory_choose(&memory, classes, which,
	                      !several->is_part && !is_number(which), &several->line))
		result = -1;
	else if (memory.mapping_count || memory.stack || memory.function)
		result = memory_print(screen, classes, &memory);
	why_memory_release(&memory);
	return result;
}
