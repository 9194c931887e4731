/*
 * verdict/go_end.h - why Go's runtime ended a program.
 */
#ifndef OUTLIVE_VERDICT_GO_END_H
#define OUTLIVE_VERDICT_GO_END_H

#include "replay/profile.h"
#include "verdict/stack_names.h"

#include <stdbool.h>
#include <stddef.h>

struct go_end {
	bool is_panic; /* false: a fatal error, which no function can recover */
	/* The innermost frame of the path, 0 the first, that is not the runtime's; 0: none. */
	size_t first;
};

/* `fault` has a go_status. 0, or -1: memory is out. `scratch` can be reused. */
int go_end_find(struct go_end *end, struct stack_names *scratch,
                const struct profile *profile, const struct stack_fault *fault);

#endif
