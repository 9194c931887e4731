/* report/why_choice.c - which call paths a user means by the argument of --why. */
#include "report/why_choice.h"

#include "elf/cxx_name.h"
#include "verdict/function_choice.h"
#include "verdict/function_text.h"
#include "verdict/owners.h"
#include "base/hash_index.h"
#include "verdict/stack_names.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* functions that are listed if the user may mean several, and the columns of their names */
#define LISTED_MAX 16

/* A function that allocates: a row of --by function. */
struct candidate {
	struct stack_name name;
	const char *physical; /* the function it was inlined into, or its own name */
	uint32_t
		function; /* its number in the function table, the least if it has several */
	uint64_t bytes;
	bool is_meant;
};

struct choosing {
	const struct findings *findings;
	struct candidate *candidates;
	uint32_t count;
	struct hash_index index; /* holds candidate + 1 */
	uint32_t *of_call_site;  /* by call site: its candidate */
};

/* ---- functions ------------------------------------------------------------------------ */

static uint64_t candidate_hash_of(const void *context, uint32_t number)
{
	const struct choosing *work = context;

	return stack_name_hash(&work->candidates[number - 1].name);
}

static bool candidate_is_same(const void *context, uint32_t number, const void *name)
{
	const struct choosing *work = context;

	return stack_name_is_same(&work->candidates[number - 1].name, name);
}

/* The candidate with that name; `count` if there is none. */
static uint32_t candidate_find(const struct choosing *work,
                               const struct stack_name *name)
{
	uint32_t number = hash_index_find(&work->index, stack_name_hash(name),
	                                  candidate_is_same, work, name);

	return number ? number - 1 : work->count;
}

/* There is room: there are no more candidates than call sites. */
static int candidate_add(struct choosing *work, const struct candidate *candidate)
{
	work->candidates[work->count] = *candidate;
	return hash_index_add(&work->index, stack_name_hash(&candidate->name),
	                      ++work->count, candidate_hash_of, work);
}

/*
 * Make a candidate for every name that reports blame, and remember which one each call site
 * belongs to: call sites in different lines of a function share one. 0, or -1 when memory is
 * out.
 */
static int candidates_collect(struct choosing *work)
{
	const struct call_sites *call_sites = &work->findings->call_sites;
	const struct classes *classes = work->findings->classes;
	struct stack_names scratch = { NULL, 0, 0 };
	const struct function *function;
	struct stack_name name;
	uint32_t i, found;
	int result = 0;

	for (i = 0; i < call_sites->count && result >= 0; i++) {
		result = stack_name_blamed(&name, &scratch, classes->profile,
		                           call_sites->call_sites[i].location);
		if (result < 0)
			break;
		found = candidate_find(work, &name);
		function = &classes->functions.functions[call_sites->call_sites[i].function];
		if (found == work->count)
			result = candidate_add(
				work,
				&(struct candidate){ .name = name,
			                         .physical = function->name,
			                         .function = call_sites->call_sites[i].function });
		else if (call_sites->call_sites[i].function < work->candidates[found].function)
			work->candidates[found].function = call_sites->call_sites[i].function;
		work->of_call_site[i] = found;
		work->candidates[found].bytes += call_sites->call_sites[i].summary.bytes;
	}
	stack_names_release(&scratch);
	return result < 0 ? -1 : 0;
}

/* ---- names ---------------------------------------------------------------------------- */

static bool is_meant(const struct candidate *candidate, const char *which,
                     enum name_meaning meaning)
{
	char shown[1024];

	stack_name_text(shown, sizeof(shown), &candidate->name);
	return name_is_meant(candidate->name.function, shown, which, meaning) ||
	       name_is_meant(candidate->physical, shown, which, meaning);
}

/*
 * Flag the candidates that the argument means, in the strictest way that matches any; returns
 * how many. A way that matches none has reset every flag of the way before.
 */
static uint32_t candidates_mean(struct choosing *work, const char *which, bool *is_part)
{
	enum name_meaning meaning;
	uint32_t meant = 0, i;

	for (meaning = NAME_WHOLE; meaning < NAME_MEANINGS && !meant; meaning++) {
		for (i = 0; i < work->count; i++) {
			work->candidates[i].is_meant = is_meant(&work->candidates[i], which,
			                                        meaning);
			meant += work->candidates[i].is_meant;
		}
		*is_part = meant && meaning >= NAME_GLOB;
	}
	return meant;
}

/* ---- several --------------------------------------------------------------------------- */

static int bytes_compare(const void *one, const void *two)
{
	const struct candidate *a = one, *b = two;

	if (a->is_meant != b->is_meant)
		return a->is_meant ? -1 : 1;
	if (a->bytes != b->bytes)
		return a->bytes > b->bytes ? -1 : 1;
	return a->function < b->function ? -1 : a->function > b->function;
}

/* "  35f  1.2 MiB  render (a.c)  a.c:12" */
static int candidate_list(struct text *list, const struct choosing *work,
                          uint32_t which)
{
	const struct candidate *candidate = &work->candidates[which];
	char number[FUNCTION_NUMBER_BYTES], size[TEXT_NUMBER_BYTES], call_site[256];
	char name[512];

	function_number_text(number, candidate->function);
	return text_printf(list, "%8s %10s  %s  %s\n", number,
	                   text_size(size, candidate->bytes),
	                   stack_name_text(name, sizeof(name), &candidate->name),
	                   stack_name_line(call_site, sizeof(call_site), &candidate->name));
}

/*
 * List those that are meant, most bytes first. Sorting makes the indices in of_call_site and in
 * the index wrong, so nothing may be selected after this.
 */
static int candidates_list(struct choosing *work, uint32_t meant, struct text *list)
{
	uint32_t listed = meant < LISTED_MAX ? meant : LISTED_MAX, i;

	qsort(work->candidates, work->count, sizeof(*work->candidates), bytes_compare);
	for (i = 0; i < listed; i++) {
		if (candidate_list(list, work, i))
			return -1;
	}
	return i < meant ? text_printf(list, "         .. and %u more\n", meant - i) : 0;
}

/* ---- what is peeled -------------------------------------------------------------------- */

static bool is_called(const struct classes *classes, uint32_t function,
                      const char *which)
{
	const char *name = classes->functions.functions[function].name;
	char text[512];

	function_text(text, sizeof(text), classes, function);
	if (name_is_meant(name, text, which, NAME_WHOLE) ||
	    name_is_meant(name, text, which, NAME_PLAIN))
		return true;
	/* named as in the footer of a report */
	function_name_family(text, sizeof(text), name);
	return *text && !strcmp(text, which);
}

/*
 * The first function of that name that is a skipped wrapper of the call path, or FUNCTION_NONE.
 */
static uint32_t peeled_find(const struct classes *classes, uint32_t path,
                            const char *which)
{
	const struct replay *replay = &classes->profile->replay;
	uint32_t node = replay_path(replay, path)->node, i, function;

	for (i = 0; i < classes->peeling.path_frames[path]; i++) {
		function = function_of_node(&classes->functions, classes->profile, node);
		if (is_called(classes, function, which))
			return function;
		node = replay->tree.nodes[node].parent;
	}
	return FUNCTION_NONE;
}

/*
 * Flag the functions that the wrapper allocates for. Returns how many, and *reason: why it is a
 * wrapper.
 */
static uint32_t peeled_mean(struct choosing *work, const char *which,
                            enum peel_reason *reason)
{
	const struct call_sites *call_sites = &work->findings->call_sites;
	const struct classes *classes = work->findings->classes;
	uint32_t path, function, meant = 0;
	struct candidate *candidate;

	for (path = 1; path < classes->profile->replay.paths.count && *which; path++) {
		if (call_path_is_empty(profile_path(classes->profile, path)))
			continue;
		function = peeled_find(classes, path, which);
		if (function == FUNCTION_NONE)
			continue;
		*reason = classes->peeling.functions[function].reason;
		candidate = &work->candidates[work->of_call_site[call_sites->of_path[path]]];
		meant += !candidate->is_meant;
		candidate->is_meant = true;
	}
	return meant;
}

/* ---- call paths ------------------------------------------------------------------------ */

/* Select the call paths of every candidate that is meant. */
static long paths_select(const struct choosing *work, uint8_t *only)
{
	const struct call_sites *call_sites = &work->findings->call_sites;
	const struct profile *profile = work->findings->classes->profile;
	uint32_t i;
	long count = 0;

	for (i = 1; i < profile->replay.paths.count; i++) {
		if (call_path_is_empty(profile_path(profile, i)))
			continue;
		only[i] = work->candidates[work->of_call_site[call_sites->of_path[i]]].is_meant;
		count += only[i];
	}
	return count;
}

/* Flag the candidate that a call site of the function belongs to. */
static uint32_t number_mean(struct choosing *work, uint32_t function)
{
	const struct call_sites *call_sites = &work->findings->call_sites;
	uint32_t i;

	for (i = 0; i < call_sites->count; i++) {
		if (call_sites->call_sites[i].function != function)
			continue;
		work->candidates[work->of_call_site[i]].is_meant = true;
		return 1;
	}
	return 0;
}

/* Select the call paths through one call site. */
static long call_choose(uint8_t *only, const struct findings *findings,
                        uint32_t location)
{
	const struct call_sites *call_sites = &findings->call_sites;
	const struct profile *profile = findings->classes->profile;
	long count = 0;
	uint32_t i;

	for (i = 1; i < profile->replay.paths.count; i++) {
		if (call_path_is_empty(profile_path(profile, i)))
			continue;
		only[i] = call_sites->call_sites[call_sites->of_path[i]].location == location;
		count += only[i];
	}
	return count;
}

/* ---- lines ---------------------------------------------------------------------------- */

/*
 * Select the call paths through all call sites in one line, "parser.cpp:120": a line may have
 * several calls, and each instance of a template has its own. Returns as why_choose(); 0 if no
 * line that allocates is shown so.
 */
static long line_choose(const struct choosing *work, uint8_t *only, const char *which)
{
	const struct call_sites *call_sites = &work->findings->call_sites;
	const struct profile *profile = work->findings->classes->profile;
	uint8_t *is_there = calloc(call_sites->count + 1, 1);
	struct stack_names scratch = { NULL, 0, 0 };
	struct stack_name name;
	char line[512];
	long count = is_there ? 0 : -1;
	uint32_t i;

	for (i = 0; i < call_sites->count && count >= 0; i++) {
		if (stack_name_blamed(&name, &scratch, profile,
		                      call_sites->call_sites[i].location) < 0)
			count = -1;
		else
			is_there[i] = name.line &&
			              !strcmp(stack_name_line(line, sizeof(line), &name), which);
	}
	for (i = 1; i < profile->replay.paths.count && count >= 0; i++) {
		if (call_path_is_empty(profile_path(profile, i)))
			continue;
		only[i] = is_there[call_sites->of_path[i]];
		count += only[i];
	}
	stack_names_release(&scratch);
	free(is_there);
	return count;
}

/* ---- owners --------------------------------------------------------------------------- */

/* Whether the function owned any block of the call path. 1, 0, or -1 when memory is out. */
static int is_owner(const struct classes *classes, uint32_t path, uint32_t function)
{
	struct life_summary summary = { .path_count = 0 };
	int result = life_summary_add(&summary, classes, path);
	size_t i;

	if (!result)
		life_summary_sort(&summary, classes);
	for (i = 0; i < summary.owners.count && !result; i++)
		result = summary.owners.ranks[i].key == function;
	life_summary_release(&summary);
	return result;
}

/* Select the call paths of whose blocks the function owned any, or kept any for a main loop. */
static long owned_select(const struct choosing *work, uint8_t *only, uint32_t function)
{
	const struct classes *classes = work->findings->classes;
	uint32_t i;
	long count = 0;
	int result;

	for (i = 1; i < classes->profile->replay.paths.count; i++) {
		if (call_path_is_empty(profile_path(classes->profile, i)))
			continue;
		result = keeper_is_of_path(classes, &work->findings->hubs, i, function)
		             ? 1
		             : is_owner(classes, i, function);
		if (result < 0)
			return -1;
		only[i] = (uint8_t)result;
		count += result;
	}
	return count;
}

/* Flag all functions that own blocks, as lists of owners show them or by their frames alone. */
static int owners_flag(const struct choosing *work, uint8_t *is_owner)
{
	struct owners owners;
	size_t i;
	int result = owners_make(&owners, work->findings->classes,
	                         &work->findings->call_sites);

	for (i = 0; i < owners.count; i++)
		is_owner[owners.owners[i].function] = 1;
	owners_release(&owners);
	if (result)
		return result;
	result = keepers_make(&owners, work->findings->classes, &work->findings->call_sites,
	                      &work->findings->hubs);
	for (i = 0; i < owners.count; i++)
		is_owner[owners.owners[i].function] = 1;
	owners_release(&owners);
	return result;
}

/*
 * A function that allocates nothing may own what others allocate: select that. Returns as
 * why_choose().
 */
static long owner_choose(const struct choosing *work, uint8_t *only, const char *which,
                         struct why_several *several)
{
	const struct function_table *table = &work->findings->classes->functions;
	uint8_t *flags = calloc(table->count, 2), *is_meant = flags + table->count;
	enum name_meaning meaning;
	uint32_t meant = 0;
	long count = -1;

	if (flags && !owners_flag(work, flags)) {
		meant = functions_mean(is_meant, table, flags, which, &meaning);
		several->is_part = meant && meaning >= NAME_GLOB;
		count = 0;
	}
	if (meant > 1)
		count = functions_list(&several->line, table, is_meant);
	for (several->owner = 0; meant == 1 && !is_meant[several->owner]; several->owner++)
		;
	if (several->owner)
		count = owned_select(work, only, several->owner);
	free(flags);
	return count;
}

/* ---- the choice ----------------------------------------------------------------------- */

/*
 * Select the paths of a function, by its number or name. Returns as why_choose(). The name of a
 * wrapper selects nothing even if only one function calls it: the user sees which functions it
 * allocates for, and chooses.
 */
static long function_choose(struct choosing *work, uint8_t *only, const char *which,
                            struct why_several *several)
{
	const struct function_table *table = &work->findings->classes->functions;
	uint32_t number = function_number(table, which), meant;
	long count = line_choose(work, only, which);

	if (count || candidates_collect(work))
		return count ? count : -1;
	meant = number != FUNCTION_NONE ? number_mean(work, number)
	                                : candidates_mean(work, which, &several->is_part);
	if (!meant && number == FUNCTION_NONE)
		meant = peeled_mean(work, which, &several->peeled);
	if (meant > 1 || several->peeled)
		return candidates_list(work, meant, &several->list) ? -1 : 0;
	return meant ? paths_select(work, only) : owner_choose(work, only, which, several);
}

const char *why_call_site_text(char text[WHY_NAME_BYTES],
                               const struct call_site *call_site)
{
	snprintf(text, WHY_NAME_BYTES, "%u" WHY_CALL, call_site->location);
	return text;
}

long why_choose(uint8_t *only, const struct findings *findings, const char *which,
                struct why_several *several)
{
	const struct profile *profile = findings->classes->profile;
	struct choosing work = { .findings = findings };
	char *end;
	unsigned long number = strtoul(which, &end, 10);
	bool is_number = *which >= '0' && *which <= '9';
	long count = -1;

	if (is_number && !strcmp(end, WHY_CALL))
		return number <= UINT32_MAX ? call_choose(only, findings, (uint32_t)number) : 0;
	if (is_number && !*end) {
		/* path 0 does not exist, and a filter may leave nothing of a path */
		if (number < 1 || number >= profile->replay.paths.count ||
		    call_path_is_empty(profile_path(profile, (uint32_t)number)))
			return 0;
		only[number] = 1;
		return 1;
	}
	work.candidates = calloc(findings->call_sites.count + 1, sizeof(*work.candidates));
	work.of_call_site = calloc(findings->call_sites.count + 1,
	                           sizeof(*work.of_call_site));
	if (work.candidates && work.of_call_site)
		count = function_choose(&work, only, which, several);
	hash_index_release(&work.index);
	free(work.candidates);
	free(work.of_call_site);
	return count;
}
