/*
 * module_unwinder.c - what a module's dynamic symbols tell of it. Layer 3.
 *
 * Return stubs must not appear between the two phases of a throw, and only a throw by the
 * shared unwinder can be seen to begin. A module whose frames have personalities, but
 * which imports no unwinder, brought its own.
 *
 * Nor may they ever stand where a runtime expects addresses that its compiler listed: the
 * garbage collectors of OCaml and others go from frame to frame, and look each return
 * address up in a table that says where the frame holds pointers. One that is not in it
 * ends the program.
 */
#include "module_unwinder.h"

#include <link.h>
#include <stddef.h>
#include <string.h>

#include "dynamic_symbols.h"

static bool ends_with(const char *text, const char *end)
{
	size_t text_bytes = strlen(text), end_bytes = strlen(end);

	return text_bytes >= end_bytes && strcmp(text + text_bytes - end_bytes, end) == 0;
}

/*
 * What such a runtime exports, because debuggers or its own plugins look for it. Who hides
 * these names is not known by them; runtime_hooks.c knows one of those.
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

enum module_unwinder module_unwinder_of(const struct cfi_module *module)
{
	const struct link_map *map = module->link_map;
	static const char *const unwinder[] = { "_Unwind_Resume",
		                                    "_Unwind_RaiseException" };
	struct dynamic_symbols dynamic;
	bool is_read;

	if (!map)
		return MODULE_UNWINDER_OWN;
	if (strstr(map->l_name, "/libgcc_s.so") || strstr(map->l_name, "/libunwind"))
		return MODULE_UNWINDER_ITSELF;
	/* libc has personalities for cancellation, and borrows libgcc_s for it. */
	if (ends_with(map->l_name, "/libc.so.6") || strstr(map->l_name, "/libpthread.so"))
		return MODULE_UNWINDER_SHARED;
	is_read = dynamic_symbols_read(map, &dynamic);
	if (is_read && has_return_tables(&dynamic))
		return MODULE_UNWINDER_TABLES;
	if (!cfi_module_has_personality(module))
		return MODULE_UNWINDER_SHARED;
	if (!is_read || !dynamic_symbols_import(&dynamic, unwinder, 2))
		return MODULE_UNWINDER_OWN;
	return MODULE_UNWINDER_SHARED;
}
