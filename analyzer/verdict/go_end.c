/* verdict/go_end.c - a panic, or a fatal error, by the runtime's functions on the stack. */
#include "verdict/go_end.h"

#include <string.h>

#define RUNTIME "runtime."

/* What calls the runtime's own fatal() for another package: sync.fatal, internal/sync.throw. */
static bool is_way_to_runtime(const char *function)
{
	const char *last = strrchr(function, '.');

	return strncmp(function, RUNTIME, strlen(RUNTIME)) == 0 ||
	       (last && (strcmp(last, ".fatal") == 0 || strcmp(last, ".throw") == 0));
}

int go_end_find(struct go_end *end, struct stack_names *scratch,
                const struct profile *profile, const struct stack_fault *fault)
{
	const struct stack_path *path = &fault->path;
	struct stack_name name;
	size_t i;

	*end = (struct go_end){ false, 0 };
	for (i = 0; i < path->count; i++) {
		if (stack_name_physical(&name, scratch, profile,
		                        path->entries[path->count - 1 - i].location))
			return -1;
		if (strcmp(name.function, RUNTIME "gopanic") == 0)
			end->is_panic = true;
		if (!is_way_to_runtime(name.function)) {
			end->first = i;
			return 0;
		}
	}
	return 0;
}
