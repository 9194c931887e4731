/*
 * go/table.h - the functions of a Go program, and what is inlined into them, by address.
 *
 * Addresses are those of the file. Nothing in it is believed: what cannot be right is not known.
 */
#ifndef OUTLIVE_GO_TABLE_H
#define OUTLIVE_GO_TABLE_H

#include <gelf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct go_table;

/* The Elf must outlive it. NULL: it is no Go program, its tables are damaged, or memory is out. */
struct go_table *go_table_open(Elf *elf);
void go_table_close(struct go_table *table);

#define GO_NONE (-1) /* no inlined call: the function itself */

/* A function with code of its own. */
struct go_function {
	uint64_t low, high; /* its code */
	const char *name;   /* as the linker wrote it; lives as long as the Elf */
	uint32_t line;      /* of its declaration; 0: not known */
	uint64_t record;    /* for this room */
	uint32_t values;    /* where its table of inlined calls begins; 0: none */
	uint64_t inlined; /* where its inlined calls are, from the tables of all; 0: none */
};

/* False: no Go function is known there. */
bool go_table_function(const struct go_table *table, uint64_t address,
                       struct go_function *function);

/* The functions with code of their own, for whoever wants them all. */
size_t go_table_count(const struct go_table *table);
uint64_t go_table_entry(const struct go_table *table, size_t number);

/* Where an address is in the source. *file: "" and *line 0: not known. */
void go_table_line(const struct go_table *table, const struct go_function *function,
                   uint64_t address, const char **file, uint32_t *line);

/* A call that was inlined into a function. */
struct go_call {
	const char *name;
	uint32_t line; /* of the declaration of what is called; 0: not known */
	/*
	 * An address of the function whose header in the source is the call, and which is in
	 * whatever is around it.
	 */
	uint64_t site;
};

/* Which inlined call is at an address; GO_NONE: the function's own code. */
int32_t go_table_inlined(const struct go_table *table,
                         const struct go_function *function, uint64_t address);

/* False: there is no such call, or it is damaged. */
bool go_table_call(const struct go_table *table, const struct go_function *function,
                   int32_t number, struct go_call *call);

/*
 * Call each(context, low, high, number) for the parts of a function's code, in order, with the
 * number of the inlined call that each is of. False: they are damaged, or there are none.
 */
bool go_table_parts(const struct go_table *table, const struct go_function *function,
                    void (*each)(void *context, uint64_t low, uint64_t high,
                                 int32_t number),
                    void *context);

#endif
