/*
 * report/csv/writer.h - cells of CSV (RFC 4180): quoted, quotes doubled.
 */
#ifndef OUTLIVE_REPORT_CSV_WRITER_H
#define OUTLIVE_REPORT_CSV_WRITER_H

#include <stdio.h>

/* The end of every line. */
#define CSV_LINE_END "\r\n"

/* A text that a spreadsheet would take for a formula gets a ' before it; other control
   characters than tabs and ends of lines become ?. */
void csv_string(FILE *file, const char *text);

#endif
