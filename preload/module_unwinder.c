/*
 * module_unwinder.c - look for an import of _Unwind_Resume. Layer 3.
 *
 * Return stubs must not appear between the two phases of a throw, and only a throw by the
 * shared unwinder can be seen to begin. A module whose frames have personalities, but
 * which imports no unwinder, brought its own.
 */
#include "module_unwinder.h"

#include <elf.h>
#include <link.h>
#include <stddef.h>
#include <string.h>

struct dynamic {
	const ElfW(Sym) * symbols;
	const char *strings;
	size_t strings_bytes;
	const uint32_t *gnu_hash;
	const uint32_t *hash;
};

static bool ends_with(const char *text, const char *end)
{
	size_t text_bytes = strlen(text), end_bytes = strlen(end);

	return text_bytes >= end_bytes && strcmp(text + text_bytes - end_bytes, end) == 0;
}

static bool dynamic_read(const struct link_map *map, struct dynamic *dynamic)
{
	memset(dynamic, 0, sizeof(*dynamic));
	for (const ElfW(Dyn) *entry = map->l_ld; entry && entry->d_tag != DT_NULL;
	     entry++) {
		/* glibc has relocated these pointers in place. */
		if (entry->d_tag == DT_SYMTAB)
			dynamic->symbols = (const ElfW(Sym) *)entry->d_un.d_ptr;
		else if (entry->d_tag == DT_STRTAB)
			dynamic->strings = (const char *)entry->d_un.d_ptr;
		else if (entry->d_tag == DT_STRSZ)
			dynamic->strings_bytes = entry->d_un.d_val;
		else if (entry->d_tag == DT_GNU_HASH)
			dynamic->gnu_hash = (const uint32_t *)entry->d_un.d_ptr;
		else if (entry->d_tag == DT_HASH)
			dynamic->hash = (const uint32_t *)entry->d_un.d_ptr;
	}
	return dynamic->symbols && dynamic->strings;
}

/* Undefined symbols come first: those a GNU hash table does not cover. */
static size_t imports_count(const struct dynamic *dynamic)
{
	if (dynamic->gnu_hash)
		return dynamic->gnu_hash[1];
	return dynamic->hash ? dynamic->hash[1] : 0;
}

static bool imports_unwinder(const struct dynamic *dynamic)
{
	size_t count = imports_count(dynamic);

	for (size_t i = 1; i < count; i++) {
		const ElfW(Sym) *symbol = &dynamic->symbols[i];
		const char *name = dynamic->strings + symbol->st_name;

		if (symbol->st_name >= dynamic->strings_bytes || symbol->st_shndx != SHN_UNDEF)
			continue;
		if (strcmp(name, "_Unwind_Resume") == 0 ||
		    strcmp(name, "_Unwind_RaiseException") == 0)
			return true;
	}
	return false;
}

enum module_unwinder module_unwinder_of(const struct cfi_module *module)
{
	const struct link_map *map = module->link_map;
	struct dynamic dynamic;

	if (!map)
		return MODULE_UNWINDER_OWN;
	if (strstr(map->l_name, "/libgcc_s.so") || strstr(map->l_name, "/libunwind"))
		return MODULE_UNWINDER_ITSELF;
	/* libc has personalities for cancellation, and borrows libgcc_s for it. */
	if (ends_with(map->l_name, "/libc.so.6") || strstr(map->l_name, "/libpthread.so"))
		return MODULE_UNWINDER_SHARED;
	if (!cfi_module_has_personality(module))
		return MODULE_UNWINDER_SHARED;
	if (!dynamic_read(map, &dynamic) || !imports_unwinder(&dynamic))
		return MODULE_UNWINDER_OWN;
	return MODULE_UNWINDER_SHARED;
}
