/* commands/blocks.c - reads the blocks of a recorded process, with names. */
#include "commands/blocks.h"

#include "base/progress.h"
#include "replay/profile_symbols.h"
#include "symbols/symbolizer.h"

static void progress_events(void *progress, uint64_t done, uint64_t expected)
{
	progress_show(progress, done, expected);
}

/* Whether the recording has the names of the process, and what was inlined. */
static bool is_named(struct trace_reader *reader, size_t process)
{
	const struct trace_process *described = trace_reader_process(reader, process);

	return described->symbols.count && described->sources.count;
}

struct profile *blocks_read(struct trace_reader *reader, size_t process,
                            const struct block_choice *blocks,
                            struct given_files *given)
{
	/* a complete trace contains all that a symbolizer would say */
	struct symbolizer *symbolizer = given || !is_named(reader, process)
	                                    ? symbolizer_new()
	                                    : NULL;
	struct profile_choice choice = { .blocks = blocks,
		                             .symbolizer = symbolizer,
		                             .is_renaming = given };
	struct progress progress;
	struct profile *profile;
	struct error error;

	if (given && !symbolizer)
		die("%s: out of memory", trace_reader_name(reader));
	if (given)
		symbolizer_use_given(symbolizer, given);
	progress_begin(&progress, "reading events");
	profile = profile_read_chosen(reader, process, &choice, progress_events, &progress,
	                              &error);
	progress_end(&progress);
	if (!profile)
		die("%s", error.message);
	if (symbolizer && profile_symbolize(profile, symbolizer, NULL))
		warning("out of memory for symbols; some names are missing");
	symbolizer_free(symbolizer);
	return profile;
}
