/*
 * commands/formats.h - finds the output formats.
 */
#ifndef OUTLIVE_COMMANDS_FORMATS_H
#define OUTLIVE_COMMANDS_FORMATS_H

#include "report/reporter.h"

#define FORMATS_MAX 16

/*
 * Collect the names of the formats that can show at least one view from `first` to `last`; NULL
 * ends them.
 */
void formats_offer(const char *names[FORMATS_MAX + 1], enum report_view first,
                   enum report_view last);

/* The format with that name, which formats_offer() has returned. */
const struct reporter *format_find(const char *name);

#endif
