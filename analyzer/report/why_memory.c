/* report/why_memory.c - which mappings and stacks a user means. */
#include "report/why_memory.h"

#include "report/why_choice.h"
#include "verdict/function_choice.h"
#include "verdict/function_text.h"
#include "verdict/mapping_maker.h"
#include "verdict/stack_choice.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- numbers -------------------------------------------------------------------------- */

const char *why_mapping_text(char text[WHY_MEMORY_BYTES], uint32_t path)
{
	snprintf(text, WHY_MEMORY_BYTES, "%u" WHY_MAPPING, path);
	return text;
}

const char *why_stack_text(char text[WHY_MEMORY_BYTES], const struct thread *thread)
{
	snprintf(text, WHY_MEMORY_BYTES, "%u" WHY_STACK, thread->serial);
	return text;
}

const char *why_other_stack_text(char text[WHY_MEMORY_BYTES], uint32_t index)
{
	snprintf(text, WHY_MEMORY_BYTES, "%u" WHY_OTHER_STACK, index + 1);
	return text;
}

/* The source location at which a call path that maps memory counts. */
static uint32_t mapping_location(const struct classes *classes, uint32_t node)
{
	return classes->profile->replay.tree.nodes[mapping_maker_node(classes, node)]
	    .location;
}

const char *why_mapping_call_text(char text[WHY_MEMORY_BYTES],
                                  const struct classes *classes, uint32_t node)
{
	snprintf(text, WHY_MEMORY_BYTES, "%u" WHY_CALL, mapping_location(classes, node));
	return text;
}

/* The number in "35c", if that is its end; 0: it is none. */
static uint32_t number_of(const char *which, const char *end)
{
	char *rest;
	unsigned long number = strtoul(which, &rest, 10);

	return *which >= '0' && *which <= '9' && !strcmp(rest, end) && number < UINT32_MAX
	           ? (uint32_t)number
	           : 0;
}

/* ---- mappings ------------------------------------------------------------------------- */

/* What a call path is compared with: its line is that of a call, or is called so. */
struct wanted {
	struct stack_name name;
	const char *line;  /* NULL: the name's */
	uint32_t function; /* or the function is this one; 0: not asked for */
};

static bool is_wanted(const struct wanted *wanted, const struct stack_name *name,
                      uint32_t function)
{
	char line[512];

	if (wanted->function)
		return function == wanted->function;
	if (wanted->line)
		return name->line &&
		       !strcmp(stack_name_line(line, sizeof(line), name), wanted->line);
	return stack_name_is_same_line(name, &wanted->name);
}

/* Flag the call paths that are wanted. */
static int mappings_flag(struct why_memory *memory, const struct classes *classes,
                         const struct wanted *wanted)
{
	const struct profile *profile = classes->profile;
	const struct mappings *mappings = &profile->replay.mappings;
	struct stack_names scratch = { NULL, 0, 0 };
	struct stack_name name;
	uint32_t i, location;
	int result = 0;

	for (i = 1; i < mappings->count && result >= 0; i++) {
		if (mapping_path_is_empty(&mappings->paths[i]))
			continue;
		location = mapping_location(classes, mappings->paths[i].node);
		result = stack_name_blamed(&name, &scratch, profile, location);
		if (result >= 0 &&
		    is_wanted(wanted, &name, classes->functions.of_location[location])) {
			memory->mappings[i] = 1;
			memory->mapping_count++;
		}
	}
	stack_names_release(&scratch);
	return result < 0 ? -1 : 0;
}

/* The calls in the line of a call, if that one maps memory. */
static int mappings_of_call(struct why_memory *memory, const struct classes *classes,
                            uint32_t location)
{
	const struct profile *profile = classes->profile;
	const struct mappings *mappings = &profile->replay.mappings;
	struct wanted wanted = { .line = NULL };
	struct stack_names scratch = { NULL, 0, 0 };
	bool is_there = false;
	uint32_t i;
	int result = 0;

	for (i = 1; i < mappings->count && !is_there; i++)
		is_there = mapping_location(classes, mappings->paths[i].node) == location;
	if (is_there)
		result = stack_name_blamed(&wanted.name, &scratch, profile, location);
	if (is_there && result >= 0)
		result = mappings_flag(memory, classes, &wanted);
	stack_names_release(&scratch);
	return result < 0 ? -1 : 0;
}

/* ---- stacks --------------------------------------------------------------------------- */

static void stack_of_thread(struct why_memory *memory, const struct replay *replay,
                            uint32_t serial)
{
	uint32_t i;

	for (i = 0; i < replay->stacks.thread_count && i < replay->threads.count; i++) {
		if (replay->threads.items[i]->serial == serial &&
		    replay->stacks.threads[i].deepest.path.count) {
			memory->stack = &replay->stacks.threads[i].deepest;
			memory->thread = i + 1;
		}
	}
}

static void stack_of_other(struct why_memory *memory, const struct replay *replay,
                           uint32_t number)
{
	if (!number || number > replay->stacks.other_count ||
	    !replay->stacks.others[number - 1].deepest.path.count)
		return;
	memory->stack = &replay->stacks.others[number - 1].deepest;
	memory->other = number;
}

/* ---- functions ------------------------------------------------------------------------ */

/* Flag the functions that map memory. */
static void makers_flag(uint8_t *is_maker, const struct classes *classes)
{
	const struct mappings *mappings = &classes->profile->replay.mappings;
	uint32_t i;

	for (i = 1; i < mappings->count; i++) {
		if (!mapping_path_is_empty(&mappings->paths[i]))
			is_maker[classes->functions.of_location[mapping_location(
				classes, mappings->paths[i].node)]] = 1;
	}
	is_maker[FUNCTION_NONE] = 0;
}

/*
 * The one function among those that is meant. 0: there is none; or several, which *line lists.
 * -1: memory is out.
 */
static long function_meant(const struct classes *classes, const uint8_t *among,
                           const char *which, bool takes_parts, struct text *line)
{
	const struct function_table *table = &classes->functions;
	uint8_t *is_meant = calloc((size_t)table->count + 1, 1);
	enum name_meaning meaning;
	uint32_t meant;
	long function = -1;

	if (!is_meant)
		return -1;
	meant = functions_mean(is_meant, table, among, which, &meaning);
	if (!takes_parts && meaning >= NAME_GLOB)
		meant = 0;
	if (meant > 1)
		function = functions_list(line, table, is_meant);
	else if (!meant)
		function = 0;
	else
		for (function = 1; !is_meant[function]; function++)
			;
	free(is_meant);
	return function;
}

/* A function that maps memory comes before one that is only on a stack. */
static int function_choose(struct why_memory *memory, const struct classes *classes,
                           const char *which, bool takes_parts, struct text *line)
{
	uint8_t *among = calloc((size_t)classes->functions.count + 1, 1);
	long function = -1;
	int result = -1;

	if (among) {
		makers_flag(among, classes);
		function = function_meant(classes, among, which, takes_parts, line);
	}
	if (function > 0)
		result = mappings_flag(memory, classes,
		                       &(struct wanted){ .function = (uint32_t)function });
	else if (!function && !line->bytes && !stack_functions_flag(among, classes)) {
		function = function_meant(classes, among, which, takes_parts, line);
		memory->function = function > 0 ? (uint32_t)function : 0;
		result = function < 0 ? -1 : 0;
	} else if (!function && line->bytes) {
		result = 0;
	}
	free(among);
	return result;
}

/* ---- the choice ----------------------------------------------------------------------- */

int why_memory_choose(struct why_memory *memory, const struct classes *classes,
                      const char *which, bool takes_parts, struct text *line)
{
	const struct replay *replay = &classes->profile->replay;
	uint32_t number;
	int result;

	*memory = (struct why_memory){ .mappings = calloc(
									   (size_t)replay->mappings.count + 1, 1) };
	if (!memory->mappings)
		return -1;
	number = number_of(which, WHY_MAPPING);
	if (number) {
		if (number < replay->mappings.count &&
		    !mapping_path_is_empty(&replay->mappings.paths[number]))
			memory->mappings[number] = (uint8_t)(memory->mapping_count = 1);
		return 0;
	}
	number = number_of(which, WHY_CALL);
	if (number)
		return mappings_of_call(memory, classes, number);
	stack_of_thread(memory, replay, number_of(which, WHY_STACK));
	stack_of_other(memory, replay, number_of(which, WHY_OTHER_STACK));
	if (memory->stack)
		return 0;
	result = mappings_flag(memory, classes, &(struct wanted){ .line = which });
	return result || memory->mapping_count
	           ? result
	           : function_choose(memory, classes, which, takes_parts, line);
}

void why_memory_release(struct why_memory *memory)
{
	free(memory->mappings);
	*memory = (struct why_memory){ .mappings = NULL };
}
