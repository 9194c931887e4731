/* report/why_filtered.c - whether a filter leaves nothing of what --why was asked for. */
#include "report/why_filtered.h"

#include "report/why_choice.h"
#include "verdict/function_choice.h"
#include "verdict/function_text.h"
#include "verdict/name_match.h"
#include "verdict/stack_names.h"

#include <stdlib.h>
#include <string.h>

/* Whether the reports show the call site by that name, as its line or as its function. */
static bool is_shown_as(const struct stack_name *name, const char *which)
{
	char text[1024];

	if (name->line && !strcmp(stack_name_line(text, sizeof(text), name), which))
		return true;
	stack_name_text(text, sizeof(text), name);
	return name_is_meant(name->function, text, which, NAME_WHOLE) ||
	       name_is_meant(name->function, text, which, NAME_PLAIN);
}

int why_is_filtered(const struct classes *classes, const char *which)
{
	const struct profile *profile = classes->profile;
	uint32_t function = function_number(&classes->functions, which), i, node, location;
	struct stack_names scratch = { NULL, 0, 0 };
	struct stack_name name;
	char *end;
	unsigned long number = strtoul(which, &end, 10);
	bool is_number = *which >= '0' && *which <= '9';
	bool is_path = is_number && !*end, is_call = is_number && !strcmp(end, WHY_CALL);
	int result = 0;

	for (i = 1; i < profile->replay.paths.count && !result; i++) {
		if (!call_path_is_empty(profile_path(profile, i)))
			continue;
		node = classes_path_node(classes, i);
		location = profile->replay.tree.nodes[node].location;
		if (is_path || is_call) {
			result = number == (is_path ? i : location);
		} else if (function != FUNCTION_NONE) {
			result = function_of_node(&classes->functions, profile, node) == function;
		} else {
			result = stack_name_blamed(&name, &scratch, profile, location) < 0
			             ? -1
			             : is_shown_as(&name, which);
		}
	}
	stack_names_release(&scratch);
	return result;
}
