/*
 * verdict/function_table.h - the functions of a profile, as they are in the source. Every source
 * location belongs to one, which may have been inlined into another; every machine location to
 * the machine function around it. Parts and clones that a compiler made of a function count as
 * that function; two functions of one name are two.
 */
#ifndef OUTLIVE_VERDICT_FUNCTION_TABLE_H
#define OUTLIVE_VERDICT_FUNCTION_TABLE_H

#include "base/hash_index.h"
#include "replay/profile.h"

#include <stdbool.h>
#include <stdint.h>

#define FUNCTION_NONE 0u

struct function {
	const char *name; /* demangled, borrowed from the profile; "" when unknown */
	/* see trace/symbol_table.h; borrowed from the profile */
	const char *declared, *apart;
	uint32_t brackets; /* the same */
	uint32_t module;   /* index in the address map, or MODULE_NONE */
	uint32_t
		location;     /* of the address map: the first of its locations that was seen */
	const char *home; /* its source file (trace/symbol_table.h); "" when unknown */
	uint32_t home_line; /* where it begins there; 0 when unknown */
	/* of a standard library of C++ or Rust (trace/symbol_table.h), and not kept */
	bool is_library;
	bool is_kept, is_mine; /* set by own_code.h */
	/* according to its name; a library's function allocates and frees for its callers */
	bool is_allocator, is_deallocator;
	/* of the C library: calls main(); runs what was registered for the end (libc_frames.h) */
	bool calls_main, runs_exit;
};

struct function_table {
	struct function *functions; /* [0] is none */
	uint32_t count, capacity;
	bool has_mine, is_mine_given; /* any is_mine; the user gave patterns of it */
	uint32_t *of_location;        /* by location of the source map */
	uint32_t location_count;
	uint32_t *of_machine; /* by location of the address map: the machine function */
	uint32_t machine_count;
	struct hash_index index;
};

/*
 * Needs the profile's symbols. A location without a name is a function of its own. Returns 0,
 * or -1 when memory is out; release it either way.
 */
int function_table_make(struct function_table *table, const struct profile *profile);
void function_table_release(struct function_table *table);

/*
 * The function of one of profile_machine_frames(): `frame` 0 is the innermost that was inlined
 * there. FUNCTION_NONE if the table does not have it.
 */
uint32_t function_of_machine_frame(const struct function_table *table,
                                   const struct profile *profile, uint32_t location,
                                   size_t frame);

/* The function that contains a node of the call tree; FUNCTION_NONE for the root. */
static inline uint32_t function_of_node(const struct function_table *table,
                                        const struct profile *profile, uint32_t node)
{
	return table->of_location[profile->replay.tree.nodes[node].location];
}

/*
 * The function that freed, or called realloc: `node` is a node of the innermost frames in the
 * replay's lives.freers. FUNCTION_NONE if nothing is known of it.
 */
uint32_t function_of_innermost(const struct function_table *table,
                               const struct profile *profile, uint32_t node);

#endif
