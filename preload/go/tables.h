/*
 * go/tables.h - the tables of a module that Go built (its pclntab): functions, and how large
 * their frames are.
 *
 * Sources: Go's runtime/symtab.go (pcHeader, moduledata, _func) of 1.18 and newer.
 */
#ifndef OUTLIVE_PRELOAD_GO_TABLES_H
#define OUTLIVE_PRELOAD_GO_TABLES_H

#include <stdbool.h>
#include <stdint.h>

struct go_tables {
	uintptr_t text, text_end;
	const uint8_t *start, *end; /* in memory; all that is read lies in between */
	/* offsets from the start */
	uint64_t names, values, functions, function_count;
	uint8_t id_at;    /* where a function's record has its id; its flags follow */
	uint16_t version; /* 21: Go 1.21; 0: unknown */
};

enum go_function_flags { GO_TOP_FRAME = 1, GO_WRITES_SP = 2 };

/* What the compiler and the runtime know as the same function in all versions. */
enum go_function_id { GO_ID_ASMCGOCALL = 2, GO_ID_CGOCALLBACK = 4 };

struct go_function {
	uintptr_t entry, end;
	const uint8_t *record;
	uint8_t id, flags; /* enum go_function_flags */
};

/*
 * Find the tables of the module that is mapped at [start, end), in its segments that cannot be
 * executed. Reads all of these, so call it only for a module that Go built. False: there are
 * none that are understood.
 */
bool go_tables_find(uintptr_t start, uintptr_t end, struct go_tables *tables);

/* Get the function with this number. False: its record is wrong. */
bool go_tables_function(const struct go_tables *tables, uint64_t number,
                        struct go_function *function);

/* Find the function that contains `pc`, which is in the module's text. */
bool go_tables_lookup(const struct go_tables *tables, uintptr_t pc,
                      struct go_function *function);

/* Whether that is the function's name. */
bool go_tables_is_named(const struct go_tables *tables,
                        const struct go_function *function, const char *name);

/* Returns the bytes of the function's frame at `pc`, without its return address; -1: unknown. */
int64_t go_tables_frame_bytes(const struct go_tables *tables,
                              const struct go_function *function, uintptr_t pc);

#endif
