/*
 * modules/dynamic_symbols.h - the symbols a loaded object imports and exports, read in memory.
 */
#ifndef OUTLIVE_PRELOAD_MODULES_DYNAMIC_SYMBOLS_H
#define OUTLIVE_PRELOAD_MODULES_DYNAMIC_SYMBOLS_H

#include <link.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct dynamic_symbols {
	uintptr_t bias; /* what is added to a symbol's value */
	const ElfW(Sym) * symbols;
	const char *strings;
	size_t strings_bytes;
	const uint32_t *gnu_hash; /* one of the two may be NULL */
	const uint32_t *hash;
	const uint16_t *versions; /* of each symbol; NULL: none has one */
};

struct dynamic_symbol {
	uintptr_t address;
	size_t size_bytes;
};

/*
 * strcmp() == 0, but nobody's else: symbols are looked up before a sanitizer that replaces
 * libc's has begun.
 */
static inline bool names_are_equal(const char *left, const char *right)
{
	while (*left && *left == *right) {
		left++;
		right++;
	}
	return *left == *right;
}

/* Of the loader's description of an object. False: it has none. Nothing is copied. */
bool dynamic_symbols_read(const struct link_map *map, struct dynamic_symbols *dynamic);

/* True if any of the `count` names is imported. Looks at every import. */
bool dynamic_symbols_import(const struct dynamic_symbols *dynamic,
                            const char *const *names, size_t count);

/* What the object exports as `name`, by its default version. False: nothing. */
bool dynamic_symbols_lookup(const struct dynamic_symbols *dynamic, const char *name,
                            struct dynamic_symbol *symbol);

/* The address of that; 0: nothing. */
uintptr_t dynamic_symbols_find(const struct dynamic_symbols *dynamic, const char *name);

#endif
