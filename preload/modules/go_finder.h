/*
 * modules/go_finder.h - finds the modules that Go built: when recording begins, and when a
 * library has been opened. Only a plugin of a Go program is found when a walk comes to it: tables
 * are large, and may be searched for long.
 */
#ifndef OUTLIVE_PRELOAD_MODULES_GO_FINDER_H
#define OUTLIVE_PRELOAD_MODULES_GO_FINDER_H

#include <link.h>
#include <stdbool.h>
#include <stdint.h>

/*
 * Check all objects of the loader's list; call while none of them can be unloaded. True: the
 * program itself is Go's, and understood: it is go_runtimes[0].
 */
bool go_finder_start(void);

/*
 * Check an object that stays loaded during the call, or a wrong handle. Cheap if it was checked
 * before.
 */
void go_finder_check(const struct link_map *map);

/* The same for the object that contains `address`. */
void go_finder_check_at(uintptr_t address);

#endif
