/*
 * trace/symbol_table.h - the names of return addresses: turns (module, offset) into the chain
 * of functions there, including inlined ones.
 *
 * The names come from the SYMBOLS blocks of a trace. Where there are none (a ring, a trace that
 * was cut short) the caller asks a symbolizer and adds its answers.
 */
#ifndef OUTLIVE_TRACE_SYMBOL_TABLE_H
#define OUTLIVE_TRACE_SYMBOL_TABLE_H

#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One function at an address. Inlined functions come first, then their caller. */
struct symbol_frame {
	const char *function; /* demangled; "" if unknown */
	const char *file;     /* "" if unknown */
	uint32_t line;        /* 0 if unknown */
	bool inlined;         /* into the next frame of the chain */
	bool is_library;   /* of a standard library of C++ or Rust (elf/library_name.h) */
	bool is_coroutine; /* in the part of a coroutine that makes its frame */
	/*
	 * What distinguishes the function from others of the same name in its module: the line
	 * of its declaration ("/src/a.c:12"), or its file without directory and its address
	 * ("a.c@0x1130"). "" (or NULL, in symbol_table_add()) if the name is unique there or
	 * nothing is known. For a function without a name: the name of a function that
	 * continues in it ("setenv").
	 */
	const char *declared;
	const char *apart; /* set by symbols/namesakes.h; "" before */
	/* the same; brackets of its name to show (function_name_partly()); 0 before */
	uint32_t brackets;
	/*
	 * The file that defines the function, or declares it, of inlined ones too: as the
	 * compiler wrote it, and absolute if the unit's directory is. "" (or NULL, in
	 * symbol_table_add()) if unknown.
	 */
	const char *home;
	uint32_t home_line; /* of that definition or declaration; 0 if unknown */
};

struct symbol_table;

struct symbol_table *symbol_table_new(void); /* NULL: no memory */
void symbol_table_free(struct symbol_table *table);

/*
 * Begin the chain of (module, offset), where offset is return address - bias; then add its
 * frames, innermost first. Strings are copied. If the table has the chain already, it keeps
 * that chain and drops the frames added now. 0, or -1 when memory is out.
 */
int symbol_table_begin(struct symbol_table *table, uint32_t module, uint64_t offset);
int symbol_table_add(struct symbol_table *table, const struct symbol_frame *frame);

/*
 * Add all chains of another table, but for those of a module with skipped[module], of `modules`
 * ones. 0, or -1 when memory is out.
 */
int symbol_table_copy(struct symbol_table *to, const struct symbol_table *from,
                      const bool *skipped, size_t modules);

/*
 * Append the payload of a SYMBOLS block with every chain that has a frame to *payload, which
 * the caller releases. 0, or -1 when memory is out.
 */
int symbol_table_save(const struct symbol_table *table, struct text *payload);

/*
 * The chain of (module, offset), innermost frame first; *count: its frames. NULL and 0 if
 * nothing is known. The frames are valid until the table changes, their strings until it is freed.
 */
const struct symbol_frame *symbol_table_find(const struct symbol_table *table,
                                             uint32_t module, uint64_t offset,
                                             size_t *count);

/*
 * The frames of chain `index`, from 1 on, and its module; NULL after the last chain. The caller
 * may change the frames, except for what identifies the function.
 */
struct symbol_frame *symbol_table_chain(struct symbol_table *table, size_t index,
                                        uint32_t *module, size_t *count);

/*
 * A file that a module's names need and that was not found. symbol_table_add_missing() ignores
 * what the table has already; 0, or -1 when memory is out.
 */
struct missing_file {
	uint32_t module;
	const char *path; /* as the debug information has it */
};
int symbol_table_add_missing(struct symbol_table *table, uint32_t module,
                             const char *path);
const struct missing_file *symbol_table_missing(const struct symbol_table *table,
                                                size_t *count);

/* The table's own copy of a string; NULL when memory is out. */
const char *symbol_table_keep(struct symbol_table *table, const char *string);

#endif
