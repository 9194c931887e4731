/* verdict/name_patterns.c - the functions that --wrapper, --keep and --mine name. */
#include "verdict/name_patterns.h"

#include "verdict/function_choice.h"
#include "verdict/own_code.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * Reports name the wrappers that they skipped by family ("std::vector"), so what is to be kept may
 * be named so, too. A new wrapper must be one function: a class may have dozens.
 */
static bool is_matched(const struct function_table *table, const char *pattern,
                       bool may_be_family)
{
	const char *name;
	uint32_t i;

	for (i = 1; i < table->count; i++) {
		name = table->functions[i].name;
		if (*name && (function_name_matches(name, &pattern, 1) ||
		              (may_be_family && function_family_matches(name, &pattern, 1))))
			return true;
	}
	return false;
}

/* Replace the pattern by the whole name of the only function that is meant. */
static int pattern_replace(const char **pattern, const struct function_table *table,
                           const uint8_t *is_meant)
{
	uint32_t i;

	for (i = 1; i < table->count && !is_meant[i]; i++)
		;
	*pattern = i < table->count ? strdup(table->functions[i].name) : *pattern;
	return *pattern ? 0 : -1;
}

static int unmatched_add(struct text *unmatched, const char *option,
                         const char *pattern)
{
	char shown[256];

	return text_printf(unmatched, "%s%s '%s' matches no function",
	                   unmatched->bytes ? "\n" : "", option,
	                   text_escape(shown, sizeof(shown), pattern));
}

/* `is_meant` has room for all functions. */
static int pattern_resolve(const char **pattern, const char *option,
                           const struct function_table *table, uint8_t *is_meant,
                           struct text *unmatched, struct error *error)
{
	struct text list = { NULL, 0, 0 };
	enum name_meaning meaning;
	uint32_t meant;
	int result;

	if (is_matched(table, *pattern, !strcmp(option, "--keep")))
		return 0;
	meant = functions_mean(is_meant, table, NULL, *pattern, &meaning);
	if (meant == 1)
		return pattern_replace(pattern, table, is_meant);
	if (!meant)
		return unmatched_add(unmatched, option, *pattern);
	result = functions_list(&list, table, is_meant);
	if (!result)
		error_fill(error, "%s: '%s' may be %s", option, *pattern, list.data);
	text_release(&list);
	return -1;
}

int name_patterns_resolve(struct name_patterns *patterns, const struct profile *profile,
                          struct text *unmatched, struct error *error)
{
	struct function_table table;
	uint8_t *is_meant = NULL;
	int result;
	size_t i;

	if (!patterns->count)
		return 0;
	error_fill(error, "out of memory for its functions");
	result = function_table_make(&table, profile);
	if (!result)
		is_meant = calloc(table.count, 1);
	if (!is_meant)
		result = -1;
	for (i = 0; i < patterns->count && !result; i++)
		result = pattern_resolve(&patterns->patterns[i], patterns->option, &table,
		                         is_meant, unmatched, error);
	free(is_meant);
	function_table_release(&table);
	return result;
}

/* Whether the pattern matches the code of any function. */
static bool is_own(const struct function_table *table, const struct profile *profile,
                   const char *pattern)
{
	const struct function *function;
	const char *module;
	uint32_t i;

	for (i = 1; i < table->count; i++) {
		function = &table->functions[i];
		module = function->module == MODULE_NONE
		             ? ""
		             : address_map_module(profile->map, function->module)->path;
		if (!function->is_library &&
		    own_code_is_match(pattern, function->name, function->home, module))
			return true;
	}
	return false;
}

int own_patterns_check(const struct name_patterns *patterns,
                       const struct profile *profile,
                       const struct class_options *options, struct text *unmatched)
{
	struct function_table table;
	int result;
	size_t i;

	if (!patterns->count)
		return 0;
	result = function_table_make(&table, profile);
	if (!result)
		own_code_find(&table, profile, options); /* what is kept is no library's */
	for (i = 0; i < patterns->count && !result; i++) {
		if (!is_own(&table, profile, patterns->patterns[i]))
			result = unmatched_add(unmatched, patterns->option, patterns->patterns[i]);
	}
	function_table_release(&table);
	return result;
}
