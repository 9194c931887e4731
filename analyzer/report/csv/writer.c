/* report/csv/writer.c - cells of CSV. */
#include "report/csv/writer.h"

#include <stdbool.h>
#include <string.h>

/* What a terminal that shows the file might obey. Tabs and ends of lines are text. */
static bool is_control(char byte)
{
	return ((unsigned char)byte < ' ' && !strchr("\t\r\n", byte)) || byte == 0x7f;
}

void csv_string(FILE *file, const char *text)
{
	fputc('"', file);
	/* some spreadsheets see a formula even after a tab or a CR */
	if (*text && strchr("=+-@\t\r", *text))
		fputc('\'', file);
	for (; *text; text++) {
		if (*text == '"')
			fputc('"', file);
		fputc(is_control(*text) ? '?' : *text, file);
	}
	fputc('"', file);
}
