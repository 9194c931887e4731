/* verdict/block_filter.c - which blocks a report is about. */
#include "verdict/block_filter.h"

#include "base/options.h"
#include "verdict/classes.h"
#include "verdict/function_choice.h"
#include "verdict/function_text.h"
#include "verdict/goroutine_choice.h"
#include "verdict/mapping_maker.h"
#include "verdict/module_choice.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool filter_request_is_any(const struct filter_request *asked)
{
	return asked->phase || asked->thread || asked->label_count || asked->module_count ||
	       asked->function_count || asked->is_only_mine || asked->has_sizes;
}

/* ---- sizes ---------------------------------------------------------------------------- */

int filter_sizes(const char *text, uint64_t *size_min, uint64_t *size_max)
{
	const char *dots = strstr(text, "..");
	char first[32];

	*size_min = 0;
	*size_max = UINT64_MAX;
	if (!dots) {
		if (option_size(text, size_min))
			return -1;
		*size_max = *size_min;
		return 0;
	}
	if ((size_t)(dots - text) >= sizeof(first) || !text[2])
		return -1;
	memcpy(first, text, (size_t)(dots - text));
	first[dots - text] = 0;
	if ((*first && option_size(first, size_min)) ||
	    (dots[2] && option_size(dots + 2, size_max)))
		return -1;
	return *size_min <= *size_max ? 0 : -1;
}

/* A limit is shown exactly: "64.0 KiB", but "7,777 B". */
static void limit_text(char text[TEXT_NUMBER_BYTES], uint64_t bytes)
{
	char count[TEXT_NUMBER_BYTES];

	if (bytes % 1024 == 0)
		text_size(text, bytes);
	else
		snprintf(text, TEXT_NUMBER_BYTES, "%.28s B", text_count(count, bytes));
}

/* " of 1.00 KiB to 64.0 KiB" */
static int sizes_text(struct text *text, const struct filter_request *asked)
{
	char least[TEXT_NUMBER_BYTES], most[TEXT_NUMBER_BYTES];

	limit_text(least, asked->size_min);
	limit_text(most, asked->size_max);
	if (!asked->has_sizes)
		return 0;
	if (asked->size_min == asked->size_max)
		return text_printf(text, ", of %s", least);
	if (asked->size_max == UINT64_MAX)
		return text_printf(text, ", of %s or more", least);
	if (!asked->size_min)
		return text_printf(text, ", of up to %s", most);
	return text_printf(text, ", of %s to %s", least, most);
}

/* ---- call paths ----------------------------------------------------------------------- */

/* The node of a call path. */
static uint32_t path_node(const struct block_filter *filter,
                          const struct classes *classes, uint32_t path)
{
	const struct replay *replay = &classes->profile->replay;

	return filter->choice.is_of_mappings ? replay->mappings.paths[path].node
	                                     : replay_path(replay, path)->node;
}

/* The node of the function that the call path counts for. */
static uint32_t counting_node(const struct block_filter *filter,
                              const struct classes *classes, uint32_t path)
{
	return filter->choice.is_of_mappings
	           ? mapping_maker_node(classes, path_node(filter, classes, path))
	           : classes_path_node(classes, path);
}

/* What was done on them. */
static const char *done_text(const struct block_filter *filter)
{
	return filter->choice.is_of_mappings ? "mapped" : "allocated";
}

/* ---- modules -------------------------------------------------------------------------- */

/* The module of the function that the call path counts for; `count`: none. */
static size_t path_module(const struct block_filter *filter,
                          const struct classes *classes, uint32_t path, size_t count)
{
	uint32_t node = counting_node(filter, classes, path);
	uint32_t function = function_of_node(&classes->functions, classes->profile, node);
	uint32_t module = classes->functions.functions[function].module;

	return module == MODULE_NONE || module >= count ? count : module;
}

static int paths_of_modules(struct block_filter *filter, const struct classes *classes,
                            struct error *error)
{
	const struct filter_request *asked = filter->asked;
	size_t count = address_map_module_count(classes->profile->map), i, j;
	uint8_t *flags = calloc(count + 1, 3), *has_blocks = flags;
	uint8_t *is_meant = flags + count + 1, *is_any = is_meant + count + 1;
	int result = flags ? 0 : error_set(error, "out of memory for its modules");

	for (i = 1; i < filter->choice.path_count && !result; i++)
		has_blocks[path_module(filter, classes, (uint32_t)i, count)] = 1;
	for (i = 0; i < asked->module_count && !result; i++) {
		result = modules_mean(
			is_meant, classes->profile->map, has_blocks, count, asked->modules[i],
			filter->choice.is_of_mappings ? "map memory" : "allocate", error);
		for (j = 0; j < count; j++)
			is_any[j] |= is_meant[j];
	}
	for (i = 1; i < filter->choice.path_count && !result; i++)
		filter->paths[i] &= is_any[path_module(filter, classes, (uint32_t)i, count)];
	for (i = 0, j = 0; i < count && !result; i++) {
		if (!is_any[i])
			continue;
		if (!j++ &&
		    text_printf(&filter->text, ", %s by functions of ", done_text(filter)))
			result = -1;
		if (result ||
		    text_printf(
				&filter->text, "%s%s", j > 1 ? " or " : "",
				module_last_part(address_map_module(classes->profile->map, i)->path)))
			result = error_set(error, "out of memory for its modules");
	}
	free(flags);
	return result;
}

/* ---- functions ------------------------------------------------------------------------ */

/* Flag all functions that are on any call path. 0, or -1: memory is out. */
static int callers_flag(const struct block_filter *filter, uint8_t *is_caller,
                        const struct classes *classes)
{
	const struct call_tree *tree = &classes->profile->replay.tree;
	uint8_t *is_on_path = calloc((size_t)tree->count + 1, 1);
	uint32_t i;

	if (!is_on_path)
		return -1;
	for (i = 1; i < filter->choice.path_count; i++)
		is_on_path[path_node(filter, classes, i)] = 1;
	/* a child's number is above its parent's */
	for (i = tree->count - 1; i > 0; i--) {
		if (!is_on_path[i])
			continue;
		is_on_path[tree->nodes[i].parent] = 1;
		is_caller[function_of_node(&classes->functions, classes->profile, i)] = 1;
	}
	free(is_on_path);
	return 0;
}

/* Set is_meant[function] for what `which` means. A name or part must be of one function only. */
static int function_mean(const struct block_filter *filter, uint8_t *is_meant,
                         const struct classes *classes, const uint8_t *is_caller,
                         const char *which, struct error *error)
{
	enum name_meaning meaning;
	struct text list = { NULL, 0, 0 };
	uint32_t meant = functions_mean(is_meant, &classes->functions, is_caller, which,
	                                &meaning);

	if (!meant)
		return error_set(
			error,
			"no function '%s' is on the call path of any %s: %s--by path "
			"--top 0 shows all",
			which, filter->choice.is_of_mappings ? "call that maps memory" : "block",
			filter->choice.is_of_mappings ? "--mappings " : "");
	if (meant == 1 || meaning == NAME_GLOB)
		return 0;
	if (functions_list(&list, &classes->functions, is_meant))
		error_fill(error, "out of memory for its functions");
	else
		error_fill(error, "--function: '%s' may be %s", which, list.data);
	text_release(&list);
	return -1;
}

/* Leave only the paths on which one of these functions is. */
static int paths_through(struct block_filter *filter, const struct classes *classes,
                         const uint8_t *is_any)
{
	const struct replay *replay = &classes->profile->replay;
	uint8_t *has_function = calloc((size_t)replay->tree.count + 1, 1);
	uint32_t i;

	if (!has_function)
		return -1;
	/* a child's number is above its parent's */
	for (i = 1; i < replay->tree.count; i++)
		has_function[i] = has_function[replay->tree.nodes[i].parent] ||
		                  is_any[function_of_node(&classes->functions, classes->profile,
		                                          i)];
	for (i = 1; i < filter->choice.path_count; i++)
		filter->paths[i] &= has_function[path_node(filter, classes, i)];
	free(has_function);
	return 0;
}

static int functions_text(struct block_filter *filter, const struct classes *classes,
                          const uint8_t *is_any)
{
	struct text *text = &filter->text;
	char name[512];
	uint32_t listed = 0, more = 0, i;

	for (i = 1; i < classes->functions.count; i++) {
		if (!is_any[i])
			continue;
		if (listed == 3) {
			more++;
			continue;
		}
		function_call_text(name, sizeof(name), classes, i);
		if ((!listed && text_printf(text, ", %s in calls of ", done_text(filter))) ||
		    text_printf(text, "%s%s", listed ? " or " : "", name))
			return -1;
		listed++;
	}
	return more ? text_printf(text, " or %u more", more) : 0;
}

static int paths_of_functions(struct block_filter *filter,
                              const struct classes *classes, struct error *error)
{
	const struct filter_request *asked = filter->asked;
	size_t count = classes->functions.count, i, j;
	uint8_t *flags = calloc(count, 3), *is_caller = flags;
	uint8_t *is_meant = flags + count, *is_any = is_meant + count;
	int result = flags ? 0 : error_set(error, "out of memory for its functions");

	if (flags && callers_flag(filter, is_caller, classes))
		result = error_set(error, "out of memory for its functions");
	for (i = 0; i < asked->function_count && !result; i++) {
		result = function_mean(filter, is_meant, classes, is_caller,
		                       asked->functions[i], error);
		for (j = 1; j < count; j++)
			is_any[j] |= is_meant[j];
	}
	if (!result && (paths_through(filter, classes, is_any) ||
	                functions_text(filter, classes, is_any)))
		result = error_set(error, "out of memory for its functions");
	free(flags);
	return result;
}

/* ---- the whole ------------------------------------------------------------------------ */

static int paths_of_mine(struct block_filter *filter, const struct classes *classes)
{
	uint32_t i, function;

	for (i = 1; i < filter->choice.path_count; i++) {
		function = function_of_node(&classes->functions, classes->profile,
		                            counting_node(filter, classes, i));
		filter->paths[i] &= classes->functions.functions[function].is_mine;
	}
	return text_printf(&filter->text, ", %s by your own code", done_text(filter));
}

static int threads_choose(struct block_filter *filter, const struct profile *all,
                          struct error *error)
{
	const struct thread_table *threads = &all->replay.threads;
	const char *which = filter->asked->thread;
	const struct thread *thread;
	char count[TEXT_NUMBER_BYTES];
	struct thread_choice *choice = &filter->choice.threads;

	filter->choice.has_threads = true;
	if (goroutines_choose(choice, all, which))
		return error_set(error, "out of memory for its goroutines");
	if (choice->start_count)
		return text_printf(&filter->text, ", %s by " GOROUTINES_OF "%s",
		                   done_text(filter), goroutines_meant(which));
	if (thread_choice_make(choice, threads->items, threads->count, which, error))
		return -1;
	if (choice->count > 1)
		return text_printf(&filter->text, ", %s by the %s threads %s",
		                   done_text(filter), text_count(count, choice->count), which);
	thread = thread_table_find(threads, choice->serials[0]);
	return text_printf(&filter->text, ", %s by thread %s", done_text(filter),
	                   thread && strstr(thread->name, which) ? thread->name : which);
}

static int labels_choose(struct block_filter *filter, const struct profile *all,
                         struct error *error)
{
	const struct label_table *table = &all->replay.threads.labels;
	const struct filter_request *asked = filter->asked;
	size_t i;

	filter->choice.label_count = table->count ? table->count : 1;
	filter->labels = calloc(filter->choice.label_count, 1);
	filter->choice.labels = filter->labels;
	for (i = 0; filter->labels && i < asked->label_count; i++) {
		if (!labels_flag(table, asked->labels[i], filter->labels))
			return error_set(error, "no goroutine with the label '%s' has called C",
			                 asked->labels[i]);
		if (text_printf(&filter->text, "%s %s", i ? " or" : ", of goroutines labelled",
		                asked->labels[i]))
			return -1;
	}
	return filter->labels ? 0 : -1;
}

/* The text of a filter without the comma before its first condition, and escaped. */
static int text_finish(struct text *text)
{
	char *plain;

	if (!text->data)
		return 0; /* there is no condition */
	plain = malloc(text->bytes + 1);
	if (!plain)
		return -1;
	text_escape(plain, text->bytes + 1, text->data + 2);
	free(text->data);
	*text = (struct text){ plain, strlen(plain), text->bytes + 1 };
	return 0;
}

/* What does not depend on call paths. */
static int conditions_make(struct block_filter *filter, const struct profile *all,
                           struct error *error)
{
	const struct filter_request *asked = filter->asked;

	filter->choice.has_sizes = asked->has_sizes;
	filter->choice.size_min = asked->size_min;
	filter->choice.size_max = asked->size_max;
	return sizes_text(&filter->text, asked) ||
	               (asked->thread && threads_choose(filter, all, error)) ||
	               (asked->label_count && labels_choose(filter, all, error))
	           ? -1
	           : 0;
}

/* What does. */
static int paths_make(struct block_filter *filter, const struct classes *classes,
                      struct error *error)
{
	const struct filter_request *asked = filter->asked;

	const struct stack_request of_stacks = { .modules = asked->modules,
		                                     .module_count = asked->module_count,
		                                     .functions = asked->functions,
		                                     .function_count = asked->function_count,
		                                     .is_only_mine = asked->is_only_mine };

	if (asked->is_of_stacks)
		return stack_choice_make(&filter->stacks, classes, &of_stacks, error);
	if (!asked->module_count && !asked->function_count && !asked->is_only_mine)
		return 0;
	filter->paths = malloc(filter->choice.path_count);
	if (!filter->paths)
		return -1;
	memset(filter->paths, 1, filter->choice.path_count);
	filter->choice.paths = filter->paths;
	if ((asked->module_count && paths_of_modules(filter, classes, error)) ||
	    (asked->function_count && paths_of_functions(filter, classes, error)))
		return -1;
	return asked->is_only_mine ? paths_of_mine(filter, classes) : 0;
}

int block_filter_make(struct block_filter *filter, const struct profile *all,
                      const struct class_options *options,
                      const struct filter_request *asked, struct error *error)
{
	struct classes *classes;
	struct error why;
	int result = -1;

	*filter = (struct block_filter){
		.asked = asked,
		.choice = { .is_of_mappings = asked->is_of_mappings,
		            .phase = PHASE_NUMBER_NONE,
		            .path_count = asked->is_of_mappings ? all->replay.mappings.count
		                                                : all->replay.paths.count },
	};
	if (asked->phase)
		filter->choice.phase = profile_phase(all, asked->phase, error);
	if (asked->phase && filter->choice.phase == PHASE_NUMBER_NONE)
		return -1;
	classes = classes_new(all, options);
	error_fill(&why, "out of memory for the filter");
	if (classes && !conditions_make(filter, all, &why) &&
	    !paths_make(filter, classes, &why) &&
	    (!asked->phase ||
	     !text_printf(&filter->text, ", %s in the phase %s",
	                  asked->is_of_mappings ? "mapped" : "born",
	                  all->phases->totals[filter->choice.phase].name)) &&
	    !text_finish(&filter->text) && !text_finish(&filter->stacks.text)) {
		filter->choice.text = filter->text.data;
		/* the arrays outlive the classes */
		filter->peeling = classes->peeling;
		filter->function_count = classes->functions.count;
		classes->peeling = (struct peeling){ NULL, NULL };
		result = 0;
	}
	if (result)
		error_fill(error, "%s: %s", all->name, why.message);
	classes_free(classes);
	return result;
}

void block_filter_release(struct block_filter *filter)
{
	thread_choice_release(&filter->choice.threads);
	peeling_release(&filter->peeling);
	text_release(&filter->text);
	stack_choice_release(&filter->stacks);
	free(filter->paths);
	free(filter->labels);
	*filter = (struct block_filter){ .asked = NULL };
}
