/*
 * verdict/go_names.h - the names along a call path of Go's heap.
 */
#ifndef OUTLIVE_VERDICT_GO_NAMES_H
#define OUTLIVE_VERDICT_GO_NAMES_H

#include "replay/profile.h"
#include "verdict/stack_names.h"

#include <stddef.h>

/* The name of a frame; 0 is the innermost. */
struct stack_name go_names_frame(const struct profile *profile,
                                 const struct go_heap_path *path, uint32_t frame);

/*
 * The innermost frame that is not the runtime's own work to allocate; if all are the runtime's, the
 * innermost that does more than allocate.
 */
uint32_t go_names_first(const struct profile *profile, const struct go_heap_path *path);

/* Whether frames are missing at the outer end: the runtime keeps so many of each stack. */
bool go_names_is_cut(const struct profile *profile, const struct go_heap_path *path);

/*
 * What made the objects, as far as a function of the runtime says: "make", "new", "append", "map",
 * "string", "channel", "interface", "goroutine"; "": it is not known.
 */
const char *go_names_maker(const struct profile *profile,
                           const struct go_heap_path *path);

/*
 * Write the program's functions of a path for a line, innermost first, without the runtime's own
 * around them: "main.f main.go:3 < main.main main.go:9".
 */
void go_names_path(char *text, size_t bytes, const struct profile *profile,
                   const struct go_heap_path *path);

#endif
