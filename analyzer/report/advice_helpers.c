/* report/advice_helpers.c - functions that end blocks which malloc would no longer allocate. */
#include "report/advice_helpers.h"

#include "verdict/function_text.h"
#include "verdict/module_choice.h"
#include "verdict/sole_owner.h"

#include <stdio.h>

/* The functions that free or reallocate the blocks, other than those that the advice names. */
struct helpers {
	uint32_t function; /* the one that does so most often */
	size_t count;
	bool frees, moves;
};

static bool is_owner(const struct life_summary *summary, uint32_t function)
{
	const struct ranking *owners = &summary->owners;
	size_t i;

	for (i = 0; i < owners->count; i++) {
		if (owners->ranks[i].key == function)
			return true;
	}
	return false;
}

/*
 * List the functions of a ranking that are no owners; false: there are none. A ranking begins
 * with most blocks, so the first one found is the one that gets named. `count` only tells one
 * function from several: a function that frees and reallocates may count twice.
 */
static bool helpers_add(struct helpers *helpers, const struct life_summary *summary,
                        const struct ranking *ranking)
{
	bool has_any = false;
	uint32_t function;
	size_t i;

	for (i = 0; i < ranking->count; i++) {
		function = ranking->ranks[i].key;
		if (is_owner(summary, function))
			continue;
		has_any = true;
		if (!helpers->count)
			helpers->function = function;
		helpers->count += !helpers->count || function != helpers->function;
	}
	return has_any;
}

/*
 * The module whose functions stand between the owner and the line that allocates, that line's
 * function included; MODULE_NONE: all are of the owner's module. Paths of one line mostly take
 * one way.
 */
static uint32_t module_between(const struct classes *classes,
                               const struct life_summary *summary)
{
	const struct call_node *nodes = classes->profile->replay.tree.nodes;
	const struct function *functions = classes->functions.functions, *frame;
	uint32_t path = summary->paths[0].path, found = MODULE_NONE;
	uint32_t node = classes_path_node(classes, path);
	uint32_t owner = sole_owner_node(classes, path), module;

	if (owner == CALL_ROOT)
		return MODULE_NONE;
	module = functions[function_of_node(&classes->functions, classes->profile, owner)]
	             .module;
	for (; node != owner && node != CALL_ROOT; node = nodes[node].parent) {
		frame = &functions[function_of_node(&classes->functions, classes->profile,
		                                    node)];
		if (frame->module != MODULE_NONE && frame->module != module)
			found = frame->module;
	}
	return node == owner ? found : MODULE_NONE;
}

/* What an owner in one module would have to hand to another one. */
static int passed_text(struct text *text, const struct advice *advice,
                       const struct classes *classes,
                       const struct life_summary *summary)
{
	uint32_t module = MODULE_NONE;
	char name[256];

	if ((advice->kind == ADVICE_CALLER || advice->kind == ADVICE_ARENA) &&
	    summary->path_count)
		module = module_between(classes, summary);
	if (module == MODULE_NONE)
		return 0;
	text_escape(
		name, sizeof(name),
		module_last_part(address_map_module(classes->profile->map, module)->path));
	return text_printf(text, "; functions of %s must pass %s on", name,
	                   advice->kind == ADVICE_ARENA ? "it" : "the buffer");
}

int advice_helpers_text(struct text *text, const struct advice *advice,
                        const struct classes *classes,
                        const struct life_summary *summary, bool is_freed_elsewhere)
{
	struct helpers helpers = { .count = 0 };
	char name[256], more[32] = "";

	if (advice->kind != ADVICE_LOCAL && advice->kind != ADVICE_CALLER &&
	    advice->kind != ADVICE_ARENA &&
	    !(advice->kind == ADVICE_REUSE && is_freed_elsewhere))
		return 0;
	if (passed_text(text, advice, classes, summary))
		return -1;
	helpers.frees = helpers_add(&helpers, summary, &summary->freers);
	helpers.moves = helpers_add(&helpers, summary, &summary->movers);
	if (!helpers.count)
		return 0;
	function_call_text(name, sizeof(name), classes, helpers.function);
	if (helpers.count > 1)
		snprintf(more, sizeof(more), " and others");
	return text_printf(text, "; %s%s must no longer %s them", name, more,
	                   !helpers.moves   ? "free"
	                   : !helpers.frees ? "realloc"
	                                    : "free or realloc");
}
