/* go/escape_text.h - what `go build -gcflags=-m` prints, or -m=2. */
#ifndef OUTLIVE_GO_ESCAPE_TEXT_H
#define OUTLIVE_GO_ESCAPE_TEXT_H

#include "go/escapes.h"

#include <stdio.h>

/*
 * Add what a file says of values on the heap; lines of other kinds and of no compiler are skipped.
 * All forms of Go 1.19 to 1.27 are understood. 0, or -1: memory is out, or there are too many.
 */
int go_escape_text_read(struct go_escapes *escapes, FILE *file);

#endif
