/*
 * modules/dynamic_symbols.h - the symbols that a loaded object imports and exports, read from
 * memory.
 */
#ifndef OUTLIVE_PRELOAD_MODULES_DYNAMIC_SYMBOLS_H
#define OUTLIVE_PRELOAD_MODULES_DYNAMIC_SYMBOLS_H

#include <link.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct dynamic_symbols {
	uintptr_t bias; /* added to a symbol's value */
	const ElfW(Sym) * symbols;
	const char *strings;
	size_t strings_bytes;
	const uint32_t *gnu_hash; /* one of these two may be NULL */
	const uint32_t *hash;
	const uint16_t *versions; /* one for each symbol; NULL: no symbol has a version */
};

struct dynamic_symbol {
	uintptr_t address;
	size_t size_bytes;
};

/*
 * strcmp() == 0, without a call: symbols are searched before a sanitizer whose strcmp()
 * replaces libc's has been initialised.
 */
static inline bool names_are_equal(const char *left, const char *right)
{
	while (*left && *left == *right) {
		left++;
		right++;
	}
	return *left == *right;
}

/*
 * Fill `dynamic` from the loader's description of an object; copies no table. False: the object
 * has no symbols.
 */
bool dynamic_symbols_read(const struct link_map *map, struct dynamic_symbols *dynamic);

/* Whether the object imports any of the `count` names. Reads all imports. */
bool dynamic_symbols_import(const struct dynamic_symbols *dynamic,
                            const char *const *names, size_t count);

/* Find the symbol that the object exports as `name`, in its default version. False: none. */
bool dynamic_symbols_lookup(const struct dynamic_symbols *dynamic, const char *name,
                            struct dynamic_symbol *symbol);

/* Returns the address of that symbol; 0: none. */
uintptr_t dynamic_symbols_find(const struct dynamic_symbols *dynamic, const char *name);

#endif
