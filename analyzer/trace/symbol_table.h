/*
 * trace/symbol_table.h - the names behind return addresses: (module, offset) becomes the
 * chain of functions there, inlined ones included.
 *
 * Filled from the SYMBOLS blocks of a trace; where there are none (a ring, a trace cut
 * short) the caller asks a symbolizer and adds what it says.
 */
#ifndef OUTLIVE_TRACE_SYMBOL_TABLE_H
#define OUTLIVE_TRACE_SYMBOL_TABLE_H

#include "base/error.h"
#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One function at an address. Several of them: inlined ones first, then their caller. */
struct symbol_frame {
	const char *function; /* demangled; "" when unknown */
	const char *file;     /* "" when unknown */
	uint32_t line;        /* 0 when unknown */
	bool inlined;         /* into the next frame of the chain */
	/*
	 * "" (or NULL, when it is added) if the name is one in its module, or nothing is known;
	 * else what tells the function from others of that name there: "/src/a.c:12", where it
	 * is declared, or "a.c@0x1130", a file without its directory and an address. Of a function
	 * without a name: that of one that goes on in it ("setenv").
	 */
	const char *declared;
	const char *apart; /* symbols/namesakes.h; "" until they are told apart */
};

struct symbol_table;

struct symbol_table *symbol_table_new(void); /* NULL: no memory */
void symbol_table_free(struct symbol_table *table);

/*
 * Begin the chain of (module, offset); offset is return address - bias. A chain that
 * is there already is kept, and the frames added to the second are dropped. Then add
 * its frames, innermost first; strings are copied. 0, or -1 when memory is out.
 */
int symbol_table_begin(struct symbol_table *table, uint32_t module, uint64_t offset);
int symbol_table_add(struct symbol_table *table, const struct symbol_frame *frame);

/*
 * The payload of a SYMBOLS block (trace_format.h), all of it checked first. 0, or -1:
 * *error says what is wrong, and nothing of it was taken.
 */
int symbol_table_load(struct symbol_table *table, const uint8_t *data, size_t bytes,
                      struct error *error);

/*
 * The payload of a SYMBOLS block with every chain that has a frame: appended to
 * *payload, which the caller releases. 0, or -1 when memory is out.
 */
int symbol_table_save(const struct symbol_table *table, struct text *payload);

/*
 * The chain of (module, offset), innermost first; *count frames, 0 when nothing is
 * known. The frames live until the table is changed, their strings until it is freed.
 */
const struct symbol_frame *symbol_table_find(const struct symbol_table *table,
                                             uint32_t module, uint64_t offset,
                                             size_t *count);

/*
 * Chain `index`, from 1 on, its frames and module; NULL beyond the last. It may be changed, but for
 * what says which function it is.
 */
struct symbol_frame *symbol_table_chain(struct symbol_table *table, size_t index,
                                        uint32_t *module, size_t *count);

/* The table's own copy of a string; NULL when memory is out. */
const char *symbol_table_keep(struct symbol_table *table, const char *string);

#endif
