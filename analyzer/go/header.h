/*
 * go/header.h - where the tables of a Go program are in its file. They are searched for by what
 * they hold: no section header and no symbol is needed.
 */
#ifndef OUTLIVE_GO_HEADER_H
#define OUTLIVE_GO_HEADER_H

#include "go/words.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How the tables are laid out, by the first version of Go that did so. */
enum go_layout { GO_1_16, GO_1_18, GO_1_20 };

struct go_header {
	enum go_layout layout;
	uint8_t step;         /* bytes that addresses within a function are multiples of */
	const uint8_t *bytes; /* from the header (pcHeader) to the end of its segment */
	size_t byte_count;
	uint64_t address; /* of the header */
	uint64_t functions;
	/* where tables begin, from the header on */
	uint64_t names, units, files, values, lookup;
	uint64_t module;    /* the address of the moduledata */
	uint64_t text, end; /* the Go code */
};

/*
 * Find them; the words are read only if there may be some. False: it is no Go program, its tables
 * are damaged, or memory is out.
 */
bool go_header_find(struct go_words *words, struct go_header *header);

#endif
