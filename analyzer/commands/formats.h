/*
 * commands/formats.h - the formats of output there are.
 */
#ifndef OUTLIVE_COMMANDS_FORMATS_H
#define OUTLIVE_COMMANDS_FORMATS_H

#include "report/reporter.h"

#define FORMATS_MAX 16

/* The names of those that can show one of these views at least; NULL ends them. */
void formats_offer(const char *names[FORMATS_MAX + 1], enum report_view first,
                   enum report_view last);

/* The one of that name. */
const struct reporter *format_find(const char *name);

#endif
