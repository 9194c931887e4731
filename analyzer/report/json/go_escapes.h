/* report/json/go_escapes.h - `outlive go escape` for programs; the keys: docs/man/outlive-go.1. */
#ifndef OUTLIVE_REPORT_JSON_GO_ESCAPES_H
#define OUTLIVE_REPORT_JSON_GO_ESCAPES_H

#include "report/go_escapes.h"

/* Write it, as one document. 0, or -1: memory is out. */
int go_escapes_json(FILE *file, const struct go_escape_report *report);

#endif
