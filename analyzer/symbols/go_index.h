/*
 * symbols/go_index.h - finds what is at an address of a Go program by the program's own tables:
 * the same with and without symbols and debug information.
 */
#ifndef OUTLIVE_SYMBOLS_GO_INDEX_H
#define OUTLIVE_SYMBOLS_GO_INDEX_H

#include "symbols/instances.h"
#include "symbols/source.h"
#include "trace/symbol_table.h"

#include <gelf.h>
#include <stdbool.h>
#include <stdint.h>

struct go_index;

/*
 * NULL: it is no Go program, or memory is out. The Elf and the instances must outlive it. bias:
 * module address - address in the file.
 */
struct go_index *go_index_new(Elf *elf, struct instances *instances, uint64_t bias);
void go_index_free(struct go_index *index);

/*
 * Find the frames at an address, innermost inlined function first, into
 * frames[DWARF_FRAMES_MAX]. Names are as Go prints them: "main.Map[...]", "main.(*T).Act".
 * Strings live as long as the index and the Elf. Returns their number; 0: no Go code is there.
 */
int go_index_find(struct go_index *index, uint64_t address,
                  struct symbol_frame *frames);

/* The instances at an address, in the same order, into numbers[DWARF_FRAMES_MAX]. */
int go_index_chain(struct go_index *index, uint64_t address, uint32_t *numbers);

/* The name of the Go function that begins at the address, as the linker wrote it; NULL: none. */
const char *go_index_at(const struct go_index *index, uint64_t address);

/* The name of the source function that an instance is of; NULL: it is not of Go code. */
const char *go_index_name(struct go_index *index, uint32_t number);

#endif
