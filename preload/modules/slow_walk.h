/*
 * modules/slow_walk.h - libgcc's unwinder, for the frames that have no simple rule.
 */
#ifndef OUTLIVE_PRELOAD_MODULES_SLOW_WALK_H
#define OUTLIVE_PRELOAD_MODULES_SLOW_WALK_H

#include <stdbool.h>
#include <stdint.h>

/* Where a walk stands: about to step from the frame that `ip` returns into. */
struct walk_point {
	uintptr_t ip, sp, fp;
};

/*
 * One frame further out. `interrupted`: a signal came while it ran, so `ip` is where it
 * goes on, not where a call returns to. Return false to stop: always where no table
 * covers `ip`, because the unwinder would read the code there.
 */
typedef bool slow_walk_visit(void *context, const struct walk_point *point,
                             bool interrupted);

/*
 * Unwind from the caller of this function outwards, and visit the frames beyond `from`.
 * All registers are followed, which is what a simple walk does not do. Takes no lock
 * where glibc has _dl_find_object (2.35); never allocates; errno is kept.
 */
void slow_walk(const struct walk_point *from, slow_walk_visit *visit, void *context);

#endif
