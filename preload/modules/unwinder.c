/*
 * modules/unwinder.c - what a module's dynamic symbols tell of it.
 *
 * Return stubs must not appear between the two phases of a throw, and only a throw by the
 * shared unwinder can be seen to begin. A module whose frames have personalities, but
 * which imports no unwinder, brought its own. One that only catches imports none either, as
 * only cleanups go on by _Unwind_Resume. It is told from the other by two things: each of
 * its personalities is another module's, as the C++ runtime's is, which imports the
 * unwinder, so that its throws are by that; and it does not ask where tables lie, as an
 * unwinder that is linked in must.
 *
 * Nor may they ever stand where a runtime expects addresses that its compiler listed: the
 * garbage collectors of OCaml and others go from frame to frame, and look each return
 * address up in a table that says where the frame holds pointers. One that is not in it
 * ends the program.
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
 * What such a runtime exports, because debuggers or its own plugins look for it. Who hides
 * these names is not known by them; hooks/getenv.c knows one of those.
 */
static bool has_return_tables(const struct dynamic_symbols *dynamic)
{
	static const char *const names[] = {
		"caml_frametable",          /* OCaml's native code: programs */
		"caml_start_program",       /* its runtime, where that is a library */
		"caml_plugin_header",       /* .cmxs */
		"__svm_version_info",       /* GraalVM's native images */
		"DotNetRuntimeDebugHeader", /* .NET's native AOT */
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

/* Unwinders find the tables of a frame's module by one of these. */
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
 * A program that is not position-independent has an entry of its own for the C++ runtime's
 * routine, and that is the routine's address. Who stands behind it was loaded with the
 * program, and stays: the first that exports it.
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

/* True if the routine belongs to a module that throws by the process's unwinder. */
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

#define PERSONALITIES_MAX 8 /* who has so many is taken for one with its own unwinder */

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
	/* libc has personalities for cancellation, and borrows libgcc_s for it. */
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
