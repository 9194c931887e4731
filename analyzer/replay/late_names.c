/* replay/late_names.c - chooses whose names a recording keeps. */
#include "replay/late_names.h"

#include "elf/go_name.h"

#include <stdlib.h>

/*
 * Whether any frame of each module has a line, and no file of its debug information is missing,
 * by number of the module. Go code has lines without debug information.
 */
static void lines_find(struct symbol_table *symbols, bool *has_lines, size_t modules)
{
	const struct missing_file *missing;
	const struct symbol_frame *frames;
	uint32_t module;
	size_t i, j, count;

	for (i = 1; (frames = symbol_table_chain(symbols, i, &module, &count)); i++) {
		for (j = 0; j < count && module < modules; j++)
			has_lines[module] |= frames[j].line && !is_go_source(frames[j].file);
	}
	missing = symbol_table_missing(symbols, &count);
	for (i = 0; i < count; i++) {
		if (missing[i].module < modules)
			has_lines[missing[i].module] = false;
	}
}

/* Whether the symbolizer knows more of the module than the recording. */
static bool is_better(struct symbolizer *symbolizer, const struct module *module,
                      bool has_lines, bool has_sources)
{
	int handle = module->path
	                 ? symbolizer_module(symbolizer, module->path, module->build_id,
	                                     module->build_id_bytes)
	                 : -1;
	struct symbol_origin origin;

	if (handle < 0)
		return false;
	origin = symbolizer_origin(symbolizer, handle);
	return origin.is_given || (!has_lines && origin.has_dwarf) || !has_sources;
}

static int modules_choose(struct late_names *names, struct symbol_table *symbols,
                          struct symbolizer *symbolizer)
{
	size_t count = address_map_module_count(names->map), i;
	bool *has_lines = calloc(count + 1, sizeof(*has_lines));

	names->renamed = calloc(count + 1, sizeof(*names->renamed));
	if (!has_lines || !names->renamed) {
		free(has_lines);
		return -1;
	}
	lines_find(symbols, has_lines, count);
	for (i = 0; i < count; i++)
		names->renamed[i] = is_better(symbolizer,
		                              address_map_module(names->map, (uint32_t)i),
		                              has_lines[i], names->process->sources.count != 0);
	free(has_lines);
	return 0;
}

int late_names_read(struct late_names *names, struct trace_reader *reader,
                    struct symbolizer *symbolizer)
{
	size_t modules = address_map_module_count(names->map);
	struct symbol_table *symbols = symbol_table_new();
	struct source_table sources;
	int result = -1;

	source_table_init(&sources);
	if (symbols && !trace_reader_symbols(reader, names->process, symbols) &&
	    !trace_reader_sources(reader, names->process, &sources) &&
	    !modules_choose(names, symbols, symbolizer) &&
	    !symbol_table_copy(names->symbols, symbols, names->renamed, modules) &&
	    !source_table_copy(names->sources, &sources, names->renamed, modules))
		result = 0;
	source_table_release(&sources);
	symbol_table_free(symbols);
	return result;
}
