/* go/escape_json.h - what `go build -gcflags=-json=0,DIRECTORY` writes. */
#ifndef OUTLIVE_GO_ESCAPE_JSON_H
#define OUTLIVE_GO_ESCAPE_JSON_H

#include "base/error.h"
#include "go/escapes.h"

#include <stdio.h>

/*
 * Add what the files of a directory, DIRECTORY/PACKAGE/FILE.json, say of values on the heap. A file
 * that is damaged counts as far as it can be read, and is a problem. 0, or -1 and *error: there is
 * no such file, or memory is out.
 */
int go_escape_json_read(struct go_escapes *escapes, const char *directory,
                        struct problem_list *problems, struct error *error);

/* The same of one file, whose name is for messages. 0, or -1: memory is out. */
int go_escape_json_file_read(struct go_escapes *escapes, FILE *stream, const char *name,
                             struct problem_list *problems);

#endif
