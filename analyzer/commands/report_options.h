/*
 * commands/report_options.h - the options of `outlive report`, and what they ask for.
 */
#ifndef OUTLIVE_COMMANDS_REPORT_OPTIONS_H
#define OUTLIVE_COMMANDS_REPORT_OPTIONS_H

#include "base/options.h"
#include "report/reporter.h"
#include "report/settings.h"
#include "trace/pick.h"
#include "verdict/block_filter.h"

#include <stdbool.h>

/*
 * The values of the table of options, which finds each by its offset. All zero is the default.
 * Strings point into argv.
 */
struct report_options {
	struct option_choice group, sort, class, format;
	struct option_number top;
	struct process_choice process;
	const char *why, *explain, *phase, *thread, *sizes;
	struct option_list labels;
	struct option_list modules, functions;
	bool stacks, heap_kept, only_mine, advice, mappings, full;
	struct option_list wrappers, kept, mine;
	struct option_list suppressions; /* names of files */
	struct option_list symbols;      /* files or directories with names */
	bool all, no_pager;
};

#define REPORT_OPTIONS 28
extern const struct option report_options[REPORT_OPTIONS];

/*
 * Call before the command line is parsed: the formats that --format takes. Afterwards: the one that
 * was chosen.
 */
void report_formats_offer(void);
const struct reporter *report_format(const struct report_options *options);

/*
 * The view that the options select. Exits with an error if they do not go together, or if the
 * format cannot show the view or its groups: reading the recording may take minutes.
 */
enum report_view report_view_choose(const struct report_options *options,
                                    const struct reporter *reporter);

/* The settings of the report, as far as the options determine them. */
struct report_settings report_settings_of(const struct report_options *options,
                                          const struct reporter *reporter,
                                          const struct suppressions *suppressions);

/* What --thread, --phase, --module, .. ask for. Exits with an error if --size makes no sense. */
struct filter_request report_filter_asked(const struct report_options *options);

#endif
