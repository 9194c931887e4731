/* report/csv/writer.c - cells of CSV. */
#include "report/csv/writer.h"

#include <string.h>

void csv_string(FILE *file, const char *text)
{
	fputc('"', file);
	if (*text && strchr("=+-@", *text))
		fputc('\'', file);
	for (; *text; text++) {
		if (*text == '"')
			fputc('"', file);
		fputc(*text, file);
	}
	fputc('"', file);
}
