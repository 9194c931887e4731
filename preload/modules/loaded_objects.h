/*
 * modules/loaded_objects.h - the functions that loaded objects define, read from the loader's
 * own list of objects. Takes no lock of the loader and allocates nothing.
 */
#ifndef OUTLIVE_PRELOAD_MODULES_LOADED_OBJECTS_H
#define OUTLIVE_PRELOAD_MODULES_LOADED_OBJECTS_H

#include <link.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct loaded_function {
	uintptr_t address;
	size_t size_bytes; /* of its code, from its symbol */
	const struct link_map *map;
};

/*
 * Returns the description of this library; NULL: it is not in the list of the program's
 * objects.
 */
const struct link_map *loaded_self(void);

/*
 * Whether this library was loaded after the program's start, into a running process: then it is
 * after libc in the list.
 */
bool loaded_is_late(void);

/* Whether `map` was loaded with the program, and so is never unloaded. */
bool loaded_is_of_start(const struct link_map *map);

/*
 * Remember which objects were loaded with the program. Call before the program can load others;
 * in a library that is late, while no object can be unloaded.
 */
void loaded_start_ends(void);

/*
 * Find the first object after `map`, in the order of loading, that defines `name` in its
 * default version. `map` NULL: the first of all. For the objects that were loaded with the
 * program this is the search order. Call only while no other object can be unloaded, or if the
 * result is one that stays.
 */
bool loaded_after(const struct link_map *map, const char *name,
                  struct loaded_function *found);

/*
 * Find the definition that the program would use without us, in an object that was loaded with
 * it: the next one after this library; if this library is late, the first.
 */
bool loaded_real(const char *name, struct loaded_function *found);

/* The same in any object but this one: one that was opened later may be unloaded again. */
bool loaded_real_anywhere(const char *name, struct loaded_function *found);

/*
 * Find the definition of `name` in `map`, in the objects that it needs, in those that they
 * need, and so on. `map` must stay loaded during the call; other objects may be unloaded.
 */
bool loaded_needed(const struct link_map *map, const char *name,
                   struct loaded_function *found);

#endif
