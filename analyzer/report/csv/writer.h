/*
 * report/csv/writer.h - cells of CSV (RFC 4180): quoted, quotes doubled.
 */
#ifndef OUTLIVE_REPORT_CSV_WRITER_H
#define OUTLIVE_REPORT_CSV_WRITER_H

#include <stdio.h>

/* Lines end with this. */
#define CSV_LINE_END "\r\n"

/* A text that a spreadsheet would take for a formula begins with ' instead. */
void csv_string(FILE *file, const char *text);

#endif
