/*
 * modules/unwinder.c - which unwinder a module uses, from its dynamic symbols.
 *
 * Return stubs must not appear between the two phases of a throw, and the recorder sees a throw
 * begin only if the shared unwinder makes it. A module whose frames have personalities, but
 * which imports no unwinder, has its own unwinder linked in. A module that only catches imports
 * none either, as only cleanups call _Unwind_Resume. Two facts tell it apart. Each of its
 * personality routines is in another module, like the C++ runtime, which imports the unwinder,
 * so its throws use that one. And it does not import a search for tables, which an unwinder
 * that is linked in needs.
 *
 * Nor may stubs ever be set where a runtime expects the addresses that its compiler listed. The
 * garbage collectors of OCaml and others go from frame to frame, and find each return address
 * in a table of the frame's pointers. A return address that is not in the table ends the
 * program.
 */
#include "modules/unwinder.h"

#include <link.h>
#include <stddef.h>
#include <string.h>

#include "modules/dynamic_symbols.h"

static bool ends_with(const char *text, const char *end)
{
	size_t text_bytes = strlen(text), end_bytes = strlen(end);

	return text_bytes >= end_bytes && strcmp(text + text_bytes - end_bytes, end) == 0;
}

/*
 * Whether the module exports a symbol of such a runtime. Debuggers or the runtime's plugins
 * need these symbols. A runtime that hides them is not recognized here; hooks/getenv.c
 * recognizes one.
 */
static bool has_return_tables(const struct dynamic_symbols *dynamic)
{
	static const char *const names[] = {
		"caml_frametable",          /* OCaml: native programs */
		"caml_start_program",       /* OCaml: the runtime as a library */
		"caml_plugin_header",       /* OCaml: .cmxs */
		"__svm_version_info",       /* GraalVM native images */
		"DotNetRuntimeDebugHeader", /* .NET native AOT */
		"mono_aot_file_info",       "_kDartIsolateSnapshotInstructions",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (dynamic_symbols_find(dynamic, names[i]))
			return true;
	}
	return false;
}

static bool imports_unwinder(const struct link_map *map)
{
	static const char *const names[] = { "_Unwind_Resume", "_Unwind_RaiseException" };
	struct dynamic_symbols dynamic;

	return map && dynamic_symbols_read(map, &dynamic) &&
	       dynamic_symbols_import(&dynamic, names, sizeof(names) / sizeof(*names));
}

/* Unwinders find a module's tables by one of these functions. */
static bool imports_table_search(const struct dynamic_symbols *dynamic)
{
	static const char *const names[] = { "_dl_find_object", "dl_iterate_phdr" };

	return dynamic_symbols_import(dynamic, names, sizeof(names) / sizeof(*names));
}

static bool is_unwinder(const struct link_map *map)
{
	return strstr(map->l_name, "/libgcc_s.so") || strstr(map->l_name, "/libunwind");
}

bool module_unwinder_is_itself(const struct cfi_module *module)
{
	return module->link_map && is_unwinder(module->link_map);
}

/*
 * Returns the module with the C++ runtime's personality routine. A program that is not
 * position-independent has its own PLT entry for the routine, and the entry's address is taken
 * for the routine's. The real one is in the first object that exports it; that was loaded with
 * the program, and stays.
 */
static const struct link_map *routine_exporter(const struct link_map *program)
{
	static const char *const name[] = { "__gxx_personality_v0" };
	struct dynamic_symbols dynamic;

	if (program != _r_debug.r_map || !dynamic_symbols_read(program, &dynamic) ||
	    !dynamic_symbols_import(&dynamic, name, 1))
		return NULL;
	for (const struct link_map *map = program->l_next; map; map = map->l_next) {
		if (dynamic_symbols_read(map, &dynamic) &&
		    dynamic_symbols_find(&dynamic, name[0]))
			return map;
	}
	return NULL;
}

/* Whether the personality routine is in a module that throws with the shared unwinder. */
static bool routine_is_shared(const struct cfi_module *module, uintptr_t routine)
{
	struct cfi_module owner;
	const struct link_map *map;

	if (!routine || !cfi_module_find(routine, &owner))
		return false;
	map = owner.link_map != module->link_map ? owner.link_map
	                                         : routine_exporter(module->link_map);
	return map && (is_unwinder(map) || imports_unwinder(map));
}

#define PERSONALITIES_MAX 8 /* with so many, a module has its own unwinder */

enum module_unwinder module_unwinder_of(const struct cfi_module *module)
{
	const struct link_map *map = module->link_map;
	uintptr_t routines[PERSONALITIES_MAX];
	struct dynamic_symbols dynamic;
	uint32_t count;
	bool is_read;

	if (!map)
		return MODULE_UNWINDER_OWN;
	if (is_unwinder(map))
		return MODULE_UNWINDER_ITSELF;
	/* libc has personality routines for cancellation, and loads libgcc_s for it. */
	if (ends_with(map->l_name, "/libc.so.6") || strstr(map->l_name, "/libpthread.so"))
		return MODULE_UNWINDER_SHARED;
	is_read = dynamic_symbols_read(map, &dynamic);
	if (is_read && has_return_tables(&dynamic))
		return MODULE_UNWINDER_TABLES;
	count = cfi_module_personalities(module, routines, PERSONALITIES_MAX);
	if (!count || imports_unwinder(map))
		return MODULE_UNWINDER_SHARED;
	if (!is_read || imports_table_search(&dynamic) || count == PERSONALITIES_MAX)
		return MODULE_UNWINDER_OWN;
	while (count && routine_is_shared(module, routines[count - 1]))
		count--;
	return count ? MODULE_UNWINDER_OWN : MODULE_UNWINDER_SHARED;
}
