/*
 * modules/loaded_objects.c - go through the loader's list of objects.
 *
 * Another thread may unload an object while the list is read. So an entry that may be unloaded
 * is copied by the kernel, which fails if the entry is gone.
 */
#include "modules/loaded_objects.h"

#include <stdatomic.h>

#include "modules/dynamic_symbols.h"
#include "system/system.h"

#define OBJECTS_MAX 100000 /* bound on the list: a broken one must end */
#define NEEDED_MAX 128     /* objects that one object needs, directly or not */
#define NAME_BYTES_MAX 256

/* Set by the linker: this library's dynamic section. */
extern const ElfW(Dyn) library_dynamic[] __asm__("_DYNAMIC")
	__attribute__((visibility("hidden")));

const struct link_map *loaded_self(void)
{
	const struct link_map *map = _r_debug.r_map;

	while (map && map->l_ld != library_dynamic)
		map = map->l_next;
	return map;
}

static const struct link_map *last_of_start;

/* Whether `map` is in the list up to `last`, which may be NULL: all of it. */
static bool is_up_to(const struct link_map *wanted, const struct link_map *last)
{
	for (const struct link_map *map = _r_debug.r_map; map; map = map->l_next) {
		if (map == wanted || map == last)
			return map == wanted;
	}
	return false;
}

bool loaded_is_of_start(const struct link_map *wanted)
{
	return is_up_to(wanted, last_of_start);
}

static bool defines(const struct link_map *map, const char *name,
                    struct loaded_function *found)
{
	struct dynamic_symbols dynamic;
	struct dynamic_symbol symbol;

	if (!dynamic_symbols_read(map, &dynamic) ||
	    !dynamic_symbols_lookup(&dynamic, name, &symbol))
		return false;
	*found = (struct loaded_function){ symbol.address, symbol.size_bytes, map };
	return true;
}

bool loaded_after(const struct link_map *map, const char *name,
                  struct loaded_function *found)
{
	for (map = map ? map->l_next : _r_debug.r_map; map; map = map->l_next) {
		if (defines(map, name, found))
			return true;
	}
	return false;
}

/* Does not change while the process lives: other threads find the same. */
bool loaded_is_late(void)
{
	static _Atomic signed char is_late; /* 0: not known yet */
	signed char known = atomic_load_explicit(&is_late, memory_order_relaxed);
	struct loaded_function found;

	if (!known) {
		known = loaded_after(loaded_self(), "__libc_start_main", &found) ? -1 : 1;
		atomic_store_explicit(&is_late, known, memory_order_relaxed);
	}
	return known > 0;
}

bool loaded_real(const char *name, struct loaded_function *found)
{
	if (!loaded_is_late())
		return loaded_after(loaded_self(), name, found);
	for (const struct link_map *map = _r_debug.r_map; map; map = map->l_next) {
		if (defines(map, name, found))
			return true;
		if (map == last_of_start)
			break;
	}
	return false;
}

bool loaded_real_anywhere(const char *name, struct loaded_function *found)
{
	const struct link_map *self = loaded_self();

	if (!loaded_is_late())
		return loaded_after(self, name, found);
	for (const struct link_map *map = _r_debug.r_map; map; map = map->l_next) {
		if (map != self && defines(map, name, found))
			return true;
	}
	return false;
}

/* ---- what an object needs ---------------------------------------------------------- */

/* The last component of a path that is read piece by piece. */
struct last_part {
	char text[NAME_BYTES_MAX];
	size_t text_bytes; /* more than the buffer: too long to compare */
};

/* Add a piece of the path. True: the path has ended. */
static bool last_part_take(struct last_part *part, const char *piece, size_t size_bytes)
{
	for (size_t i = 0; i < size_bytes; i++) {
		if (!piece[i])
			return true;
		if (piece[i] == '/')
			part->text_bytes = 0;
		else if (part->text_bytes++ < sizeof(part->text))
			part->text[part->text_bytes - 1] = piece[i];
	}
	return false;
}

/*
 * Whether `name` is the last component of the path at `path`, which may be unmapped meanwhile.
 */
static bool path_ends_in(const char *path, const char *name)
{
	struct last_part part = { .text_bytes = 0 };
	size_t name_bytes = strlen(name), left_bytes;
	char piece[64] = "";

	do {
		/* Do not cross a page's end: the page after the text may not be mapped. */
		left_bytes = sizeof(piece) - (uintptr_t)path % sizeof(piece);
		if (!system_copy(piece, path, left_bytes))
			return false;
		path += left_bytes;
	} while (!last_part_take(&part, piece, left_bytes));
	return part.text_bytes == name_bytes && memcmp(part.text, name, name_bytes) == 0;
}

/* Returns the object whose path ends in `name`; NULL: there is none. */
static const struct link_map *named_find(const char *name)
{
	const struct link_map *at = _r_debug.r_map;

	for (int i = 0; at && i < OBJECTS_MAX; i++) {
		struct link_map map = { 0 };

		if (!system_copy(&map, at, sizeof(map)))
			return NULL;
		if (path_ends_in(map.l_name, name))
			return at;
		at = map.l_next;
	}
	return NULL;
}

struct needed {
	const struct link_map *maps[NEEDED_MAX]; /* in the loader's search order */
	size_t count;
};

static void needed_add(struct needed *needed, const struct link_map *map)
{
	for (size_t i = 0; i < needed->count; i++) {
		if (needed->maps[i] == map)
			return;
	}
	if (map && needed->count < NEEDED_MAX)
		needed->maps[needed->count++] = map;
}

/* Add the objects that `map` needs directly. They stay loaded as long as `map` does. */
static void needed_by(struct needed *needed, const struct link_map *map)
{
	struct dynamic_symbols dynamic;

	if (!dynamic_symbols_read(map, &dynamic))
		return;
	for (const ElfW(Dyn) *entry = map->l_ld; entry->d_tag != DT_NULL; entry++) {
		if (entry->d_tag == DT_NEEDED && entry->d_un.d_val < dynamic.strings_bytes)
			needed_add(needed, named_find(dynamic.strings + entry->d_un.d_val));
	}
}

/*
 * The program, and what it needs, were loaded with it; what was opened later comes after all of
 * them in the list.
 */
static const struct link_map *start_needed_last(void)
{
	struct needed needed = { .count = 0 };
	const struct link_map *last = _r_debug.r_map;

	needed_add(&needed, last);
	for (size_t i = 0; i < needed.count; i++) {
		needed_by(&needed, needed.maps[i]);
		if (!is_up_to(needed.maps[i], last))
			last = needed.maps[i];
	}
	return last;
}

void loaded_start_ends(void)
{
	const struct link_map *map = _r_debug.r_map;

	if (loaded_is_late()) {
		last_of_start = start_needed_last();
		return;
	}
	while (map && map->l_next)
		map = map->l_next;
	last_of_start = map;
}

bool loaded_needed(const struct link_map *map, const char *name,
                   struct loaded_function *found)
{
	struct needed needed = { .count = 0 };

	needed_add(&needed, map);
	for (size_t i = 0; i < needed.count; i++) {
		if (defines(needed.maps[i], name, found))
			return true;
		needed_by(&needed, needed.maps[i]);
	}
	return false;
}
