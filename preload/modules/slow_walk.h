/*
 * modules/slow_walk.h - walks with libgcc's unwinder, for frames that have no simple rule.
 */
#ifndef OUTLIVE_PRELOAD_MODULES_SLOW_WALK_H
#define OUTLIVE_PRELOAD_MODULES_SLOW_WALK_H

#include <stdbool.h>
#include <stdint.h>

/* The position of a walk: the next step leaves the frame that `ip` returns into. */
struct walk_point {
	uintptr_t ip, sp, fp;
};

/*
 * Called for each frame, outwards. `interrupted`: a signal interrupted the frame, so `ip` is
 * where it continues, not a return address. Return false to stop. Always stop if no table
 * covers `ip`, since the unwinder would then read the code there.
 */
typedef bool slow_walk_visit(void *context, const struct walk_point *point,
                             bool interrupted);

/*
 * Unwind from the caller of this function outwards, and visit the frames beyond `from`. Unlike
 * a simple walk, this follows all registers. Takes no lock if glibc has _dl_find_object (2.35);
 * never allocates; keeps errno.
 */
void slow_walk(const struct walk_point *from, slow_walk_visit *visit, void *context);

#endif
