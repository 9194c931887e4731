/* report/csv/writer.c - cells of CSV. */
#include "report/csv/writer.h"

#include <string.h>

void csv_string(FILE *file, const char *text)
{
	fputc('"', file);
	/* some spreadsheets see a formula even after a tab or a CR */
	if (*text && strchr("=+-@\t\r", *text))
		fputc('\'', file);
	for (; *text; text++) {
		if (*text == '"')
			fputc('"', file);
		fputc(*text, file);
	}
	fputc('"', file);
}
