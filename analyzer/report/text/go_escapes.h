/* report/text/go_escapes.h - `outlive go escape` for people. */
#ifndef OUTLIVE_REPORT_TEXT_GO_ESCAPES_H
#define OUTLIVE_REPORT_TEXT_GO_ESCAPES_H

#include "report/go_escapes.h"

/* Print it. 0, or -1: memory is out. */
int go_escapes_print(FILE *file, const struct go_escape_report *report);

#endif
