/* verdict/stack_choice.c - which stacks a report of stacks is about. */
#include "verdict/stack_choice.h"

#include "verdict/function_choice.h"
#include "verdict/function_text.h"
#include "verdict/module_choice.h"

#include <stdlib.h>
#include <string.h>

#define NAMED_MAX 3 /* functions that the text names */

enum {
	MEETS_MODULES = 1 << 0,
	MEETS_FUNCTIONS = 1 << 1,
	MEETS_MINE = 1 << 2,
};

/* What the steps below need. */
struct choosing {
	struct stack_choice *choice;
	const struct classes *classes;
	const struct stack_request *asked;
	uint8_t *has_frames; /* [function]: it is on a recorded stack, inlined or not */
	uint8_t *is_meant, *is_any; /* [function], or [module] */
	size_t module_count;
	struct error *error;
};

static void path_flag(uint8_t *is_there, uint32_t count, const struct stack_path *path)
{
	uint32_t i;

	for (i = 0; i < path->count; i++) {
		if (path->entries[i].location < count)
			is_there[path->entries[i].location] = 1;
	}
}

/* Flag the machine locations that are on any stack: outermost ones are only in paths. */
static void locations_flag(uint8_t *is_there, uint32_t count,
                           const struct stack_depths *stacks)
{
	uint32_t i;

	for (i = 1; i < stacks->location_capacity && i < count; i++)
		is_there[i] = stacks->locations[i].frames != 0;
	for (i = 0; i < stacks->thread_count; i++)
		path_flag(is_there, count, &stacks->threads[i].deepest.path);
	for (i = 0; i < stacks->other_count; i++)
		path_flag(is_there, count, &stacks->others[i].deepest.path);
}

int stack_functions_flag(uint8_t *is_there, const struct classes *classes)
{
	const struct function_table *table = &classes->functions;
	const struct profile *profile = classes->profile;
	uint8_t *locations = calloc((size_t)table->machine_count + 1, 1);
	size_t count, at;
	uint32_t i;

	if (!locations)
		return -1;
	locations_flag(locations, table->machine_count, &profile->replay.stacks);
	for (i = 1; i < table->machine_count; i++) {
		if (!locations[i])
			continue;
		is_there[table->of_machine[i]] = 1;
		profile_machine_frames(profile, i, &count);
		for (at = 0; at < count; at++)
			is_there[function_of_machine_frame(table, profile, i, at)] = 1;
	}
	is_there[FUNCTION_NONE] = 0;
	free(locations);
	return 0;
}

static bool location_has_function(const struct classes *classes, uint32_t location,
                                  uint32_t function)
{
	const struct function_table *table = &classes->functions;
	size_t count, at;

	if (location >= table->machine_count)
		return false;
	if (table->of_machine[location] == function)
		return true;
	profile_machine_frames(classes->profile, location, &count);
	for (at = 0; at < count; at++) {
		if (function_of_machine_frame(table, classes->profile, location, at) ==
		    function)
			return true;
	}
	return false;
}

bool stack_path_has_function(const struct stack_path *path,
                             const struct classes *classes, uint32_t function)
{
	uint32_t i;

	for (i = 0; i < path->count; i++) {
		if (location_has_function(classes, path->entries[i].location, function))
			return true;
	}
	return false;
}

/* Give the bit to the functions with is_any. */
static void functions_mark(struct choosing *work, const uint8_t *is_any, uint8_t bit)
{
	uint32_t i;

	work->choice->needed |= bit;
	for (i = 1; i < work->choice->function_count; i++) {
		if (work->has_frames[i] && is_any[i])
			work->choice->functions[i] |= bit;
	}
}

/* ---- modules -------------------------------------------------------------------------- */

static int modules_text(struct choosing *work)
{
	const struct address_map *map = work->classes->profile->map;
	struct text *text = &work->choice->text;
	size_t listed = 0, i;

	for (i = 0; i < work->module_count; i++) {
		if (work->is_any[i] &&
		    text_printf(text, "%s%s", listed++ ? " or " : ", with functions of ",
		                module_last_part(address_map_module(map, i)->path)))
			return error_set(work->error, "out of memory for its modules");
	}
	return 0;
}

static int modules_choose(struct choosing *work)
{
	const struct function *functions = work->classes->functions.functions;
	uint8_t *has_functions = calloc(work->module_count + 1, 1);
	int result = has_functions
	                 ? 0
	                 : error_set(work->error, "out of memory for its modules");
	size_t i, j;

	for (i = 1; i < work->choice->function_count && !result; i++) {
		if (work->has_frames[i] && functions[i].module < work->module_count)
			has_functions[functions[i].module] = 1;
	}
	for (i = 0; i < work->asked->module_count && !result; i++) {
		result = modules_mean(work->is_meant, work->classes->profile->map,
		                      has_functions, work->module_count,
		                      work->asked->modules[i], "are on a recorded stack",
		                      work->error);
		for (j = 0; j < work->module_count; j++)
			work->is_any[j] |= work->is_meant[j];
	}
	if (!result)
		result = modules_text(work);
	work->choice->needed |= MEETS_MODULES;
	for (i = 1; i < work->choice->function_count && !result; i++) {
		if (work->has_frames[i] && functions[i].module < work->module_count &&
		    work->is_any[functions[i].module])
			work->choice->functions[i] |= MEETS_MODULES;
	}
	free(has_functions);
	return result;
}

/* ---- functions ------------------------------------------------------------------------ */

static int functions_text(struct choosing *work)
{
	struct text *text = &work->choice->text;
	char name[512];
	uint32_t listed = 0, more = 0, i;

	for (i = 1; i < work->choice->function_count; i++) {
		if (!work->is_any[i])
			continue;
		if (listed == NAMED_MAX) {
			more++;
			continue;
		}
		function_call_text(name, sizeof(name), work->classes, i);
		if (text_printf(text, "%s%s", listed++ ? " or " : ", with ", name))
			return error_set(work->error, "out of memory for its functions");
	}
	return more && text_printf(text, " or %u more", more)
	           ? error_set(work->error, "out of memory for its functions")
	           : 0;
}

/* Add what one name means. A name or part must be of one function only. */
static int function_choose(struct choosing *work, const char *which)
{
	const struct function_table *table = &work->classes->functions;
	struct text list = { NULL, 0, 0 };
	enum name_meaning meaning;
	uint32_t meant = functions_mean(work->is_meant, table, work->has_frames, which,
	                                &meaning),
			 i;
	int result = 0;

	if (!meant)
		return error_set(work->error,
		                 "no function '%s' is on a recorded stack: --stacks --top 0 "
		                 "lists those that are",
		                 which);
	if (meant > 1 && meaning != NAME_GLOB) {
		if (functions_list(&list, table, work->is_meant))
			error_fill(work->error, "out of memory for its functions");
		else
			error_fill(work->error, "--function: '%s' may be %s", which, list.data);
		result = -1;
	}
	text_release(&list);
	for (i = 1; i < table->count; i++)
		work->is_any[i] |= work->is_meant[i];
	return result;
}

static int functions_choose(struct choosing *work)
{
	size_t i;

	for (i = 0; i < work->asked->function_count; i++) {
		if (function_choose(work, work->asked->functions[i]))
			return -1;
	}
	functions_mark(work, work->is_any, MEETS_FUNCTIONS);
	return functions_text(work);
}

/* ---- the whole ------------------------------------------------------------------------ */

static int mine_choose(struct choosing *work)
{
	const struct function_table *table = &work->classes->functions;
	uint32_t i;

	for (i = 1; i < table->count; i++)
		work->is_any[i] = table->functions[i].is_mine;
	functions_mark(work, work->is_any, MEETS_MINE);
	return text_printf(&work->choice->text, ", with your own code")
	           ? error_set(work->error, "out of memory for the filter")
	           : 0;
}

/* A location meets what any of its functions meets. */
static void locations_mark(struct choosing *work)
{
	const struct function_table *table = &work->classes->functions;
	struct stack_choice *choice = work->choice;
	size_t count, at;
	uint32_t i;

	for (i = 1; i < choice->location_count; i++) {
		choice->locations[i] = choice->functions[table->of_machine[i]];
		profile_machine_frames(work->classes->profile, i, &count);
		for (at = 0; at < count; at++)
			choice->locations[i] |= choice->functions[function_of_machine_frame(
				table, work->classes->profile, i, at)];
	}
}

/* Each condition begins without anything that the one before has flagged. */
static int conditions_choose(struct choosing *work, size_t flags)
{
	const struct stack_request *asked = work->asked;
	int result = 0;

	if (stack_functions_flag(work->has_frames, work->classes))
		return error_set(work->error, "out of memory for the filter");
	if (asked->module_count)
		result = modules_choose(work);
	memset(work->is_any, 0, flags);
	if (!result && asked->function_count)
		result = functions_choose(work);
	memset(work->is_any, 0, flags);
	if (!result && asked->is_only_mine)
		result = mine_choose(work);
	if (!result)
		locations_mark(work);
	return result;
}

int stack_choice_make(struct stack_choice *choice, const struct classes *classes,
                      const struct stack_request *asked, struct error *error)
{
	struct choosing work = {
		.choice = choice, .classes = classes, .asked = asked, .error = error
	};
	size_t flags;
	int result = -1;

	*choice = (struct stack_choice){
		.function_count = classes->functions.count,
		.location_count = classes->functions.machine_count
	};
	if (!asked->module_count && !asked->function_count && !asked->is_only_mine)
		return 0;
	work.module_count = address_map_module_count(classes->profile->map);
	flags = (size_t)choice->function_count + work.module_count + 1;
	choice->functions = calloc((size_t)choice->function_count + 1, 1);
	choice->locations = calloc((size_t)choice->location_count + 1, 1);
	work.has_frames = calloc((size_t)choice->function_count + 1, 1);
	work.is_meant = calloc(flags, 1);
	work.is_any = calloc(flags, 1);
	if (choice->functions && choice->locations && work.has_frames && work.is_meant &&
	    work.is_any)
		result = conditions_choose(&work, flags);
	else
		error_fill(error, "out of memory for the filter");
	free(work.has_frames);
	free(work.is_meant);
	free(work.is_any);
	return result;
}

void stack_choice_release(struct stack_choice *choice)
{
	free(choice->functions);
	free(choice->locations);
	text_release(&choice->text);
	*choice = (struct stack_choice){ .functions = NULL };
}

bool stack_choice_has_other(const struct stack_choice *choice,
                            const struct replay *replay,
                            const struct other_stack *other)
{
	return !choice || (!replay->threads.items[other->thread]->is_unwanted &&
	                   stack_choice_has_path(choice, &other->deepest.path));
}

bool stack_choice_has_path(const struct stack_choice *choice,
                           const struct stack_path *path)
{
	uint8_t met = 0;
	uint32_t i;

	if (!choice || !choice->needed)
		return true;
	for (i = 0; i < path->count; i++) {
		if (path->entries[i].location < choice->location_count)
			met |= choice->locations[path->entries[i].location];
	}
	return met == choice->needed;
}
