/* commands/formats.c - the table of output formats. A new format is a line in it. */
#include "commands/formats.h"

#include "report/csv/reporter.h"
#include "report/json/reporter.h"
#include "report/text/reporter.h"

#include <assert.h>
#include <string.h>

/* The first is the default. */
static const struct reporter *const formats[] = {
	&text_reporter,
	&json_reporter,
	&csv_reporter,
};
#define FORMAT_COUNT (sizeof(formats) / sizeof(*formats))
static_assert(FORMAT_COUNT <= FORMATS_MAX, "names of all have room");

/*
 * Any view of the range is enough: `report` and `segments` know their view only when the
 * command line was parsed, which takes these names.
 */
void formats_offer(const char *names[FORMATS_MAX + 1], enum report_view first,
                   enum report_view last)
{
	enum report_view view;
	size_t i, count = 0;

	for (i = 0; i < FORMAT_COUNT; i++) {
		for (view = first; view <= last && !formats[i]->show[view];)
			view++;
		if (view <= last)
			names[count++] = formats[i]->name;
	}
	names[count] = NULL;
}

const struct reporter *format_find(const char *name)
{
	size_t i = 0;

	while (i + 1 < FORMAT_COUNT && strcmp(formats[i]->name, name))
		i++;
	return formats[i];
}
