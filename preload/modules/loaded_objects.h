/*
 * modules/loaded_objects.h - what the objects that the loader has mapped define, read in its own
 * list of them: no lock of the loader's is taken, and no memory asked for.
 */
#ifndef OUTLIVE_PRELOAD_MODULES_LOADED_OBJECTS_H
#define OUTLIVE_PRELOAD_MODULES_LOADED_OBJECTS_H

#include <link.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct loaded_function {
	uintptr_t address;
	size_t size_bytes; /* of its code, as its symbol says */
	const struct link_map *map;
};

/* This library's own description; NULL: it is not in the list of the program's objects. */
const struct link_map *loaded_self(void);

/* True if `map` was loaded with the program, and so stays. */
bool loaded_is_of_start(const struct link_map *map);

/* So many there are at the start: to be called before the program can load others. */
void loaded_start_ends(void);

/*
 * What comes next after `map` in the order in which objects were loaded, and defines `name`,
 * by its default version; `map` NULL: the first of all. For the objects of the start that is
 * the search order. Only while no other object can be unloaded, or up to one that stays.
 */
bool loaded_after(const struct link_map *map, const char *name,
                  struct loaded_function *found);

/*
 * The definition of `name` in `map`, which stays loaded meanwhile, or in what it needs, what
 * that needs, and so on. Others may be unloaded meanwhile.
 */
bool loaded_needed(const struct link_map *map, const char *name,
                   struct loaded_function *found);

#endif
