/* record/names.c - reads a finished trace and appends its names. */
#include "record/names.h"

#include "trace/pick.h"
#include "trace/source_block.h"
#include "replay/profile_symbols.h"
#include "symbols/symbolizer.h"
#include "base/text.h"

#include <stddef.h>

/* Write a block with that payload, unless it is empty. 0, or -1 and *error. */
static int block_write(struct trace_writer *writer, uint32_t type, uint32_t process,
                       const struct text *payload, struct error *error)
{
	struct trace_block about = { .type = type, .process = process };

	return payload->bytes ? trace_writer_block(writer, &about, payload->data,
	                                           payload->bytes, error)
	                      : 0;
}

int trace_names_save(const struct profile *profile, struct text *symbols,
                     struct text *sources)
{
	return symbol_table_save(profile->symbols, symbols) ||
	               source_block_save(&profile->source_table, sources)
	           ? -1
	           : 0;
}

int trace_names_write(struct trace_writer *writer, uint32_t process,
                      const struct text *symbols, const struct text *sources,
                      struct error *error)
{
	if (block_write(writer, BLOCK_SYMBOLS, process, symbols, error))
		return -1;
	return block_write(writer, BLOCK_SOURCES, process, sources, error);
}

/* Write a SYMBOLS, a SOURCES and a COSTS block before the END block. 0, or -1 and *error. */
static int names_write(struct trace_writer *writer, const struct profile *profile,
                       struct error *error)
{
	uint32_t process = profile->process->number;
	struct text symbols = { NULL, 0, 0 }, sources = { NULL, 0, 0 };
	struct text costs = { NULL, 0, 0 };
	int result = -1;

	if (trace_names_save(profile, &symbols, &sources) ||
	    costs_block_save(&profile->costs, &costs)) {
		error_set(error, "out of memory for symbols");
	} else {
		trace_writer_reopen(writer);
		result = trace_names_write(writer, process, &symbols, &sources, error);
		if (result == 0)
			result = block_write(writer, BLOCK_COSTS, process, &costs, error);
		if (result == 0)
			result = trace_writer_end(writer, error);
	}
	text_release(&costs);
	text_release(&symbols);
	text_release(&sources);
	return result;
}

/*
 * Read one process, name its addresses and write the names. The profile is made once and used
 * twice, as the report of the process that is shown needs it, too; that report comes even if
 * some names are missing.
 */
static int process_name(const struct trace_names *names, struct trace_reader *reader,
                        size_t index, struct symbolizer *symbolizer, bool is_shown,
                        struct error *error)
{
	struct profile_choice choice = { .symbolizer = symbolizer,
		                             .is_for_names = !is_shown || names->is_quiet };
	struct profile *profile = profile_read_chosen(
		reader, index, &choice, names->reading, names->context, error);
	int result = -1;

	if (!profile)
		return -1;
	profile->costs = names->costs;
	if (profile_symbolize(profile, symbolizer, NULL))
		error_set(error, "out of memory for symbols");
	else
		result = names_write(names->writer, profile, error);
	if (is_shown)
		names->show(names->context, reader, profile);
	profile_free(profile);
	return result;
}

/* Name the addresses of each process that has any: one without events has none. */
static int processes_name(const struct trace_names *names, struct trace_reader *reader,
                          struct symbolizer *symbolizer, struct error *error)
{
	size_t count = trace_reader_process_count(reader), shown, i;
	int result = 0;

	if (process_pick(reader, &(struct process_choice){ .number = { 0 } }, &shown,
	                 error))
		return -1;
	for (i = 0; i < count; i++) {
		if ((i == shown || trace_reader_process(reader, i)->events) &&
		    process_name(names, reader, i, symbolizer, i == shown, error))
			result = -1;
	}
	return result;
}

/*
 * One symbolizer serves all processes: they mostly map the same libraries, and its answers are
 * kept.
 */
int trace_names_add(const struct trace_names *names, struct error *error)
{
	struct trace_reader *reader = trace_reader_open(names->writer->path, error);
	struct symbolizer *symbolizer = symbolizer_new();
	int result = -1;

	if (reader && symbolizer) {
		symbolizer_use_kept(symbolizer, names->kept);
		symbolizer_watch(symbolizer, names->naming, names->context);
		symbolizer_on_memory_out(symbolizer, names->memory_out);
		result = processes_name(names, reader, symbolizer, error);
	} else if (reader) {
		error_set(error, "out of memory for symbols");
	}
	symbolizer_free(symbolizer);
	trace_reader_close(reader);
	return result;
}
