/*
 * verdict/alive_names.h - the names along a call path of what is alive (replay/alive.h).
 */
#ifndef OUTLIVE_VERDICT_ALIVE_NAMES_H
#define OUTLIVE_VERDICT_ALIVE_NAMES_H

#include "replay/profile.h"
#include "verdict/stack_names.h"

#include <stddef.h>
#include <stdint.h>

/*
 * The innermost call that does more than allocate for its caller; 0, the innermost of all, if none
 * does. Returns its index among the path's locations, or -1 when memory is out. `scratch` can be
 * reused.
 */
int alive_names_first(struct stack_names *scratch, const struct profile *profile,
                      const struct alive_path *path);

/* *name: the function of that call. 0, or -1 when memory is out. */
int alive_names_call(struct stack_name *name, struct stack_names *scratch,
                     const struct profile *profile, const struct alive_path *path,
                     uint32_t call);

/*
 * Write the functions of a path for a line, from alive_names_first() outwards: "f a.c:3 < main
 * a.c:9". 0, or -1 when memory is out.
 */
int alive_names_path(char *text, size_t bytes, const struct profile *profile,
                     const struct alive_path *path);

#endif
