/*
 * verdict/stack_names.h - the names along a call path, inlined functions included.
 */
#ifndef OUTLIVE_VERDICT_STACK_NAMES_H
#define OUTLIVE_VERDICT_STACK_NAMES_H

#include "replay/profile.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One function of a stack. The strings belong to the profile and are not escaped. */
struct stack_name {
	const char *function; /* "" when unknown */
	const char *file;     /* "" when unknown */
	const char *module;   /* path; "" if in no module */
	uint64_t offset;      /* return address - bias of the module (or the address) */
	uint32_t line;        /* 0 when unknown */
	uint32_t node;        /* of the call tree */
	bool is_inlined;      /* into the next name */
	bool is_library;      /* see trace/symbol_table.h */
	bool is_cut;          /* frames are missing between this and the next name */
	bool is_gap;          /* no function: stands for the missing frames */
	/* "" or what distinguishes its function (trace/symbol_table.h) */
	const char *declared;
	/* "" or what distinguishes it for people (symbols/namesakes.h) */
	const char *apart;
	uint32_t brackets; /* to show of its name (function_name_partly()) */
};

/* A name of which nothing is known but the offset. */
struct stack_name stack_name_none(uint64_t offset);

/* The entry that stands for missing frames: "(gap)". */
struct stack_name stack_name_gap(void);

/* Whether two names belong to one function; without names: to one address. */
bool stack_name_is_same(const struct stack_name *one, const struct stack_name *two);
uint64_t stack_name_hash(const struct stack_name *name);

/* Whether two names are of one line of one function. */
bool stack_name_is_same_line(const struct stack_name *one,
                             const struct stack_name *two);
uint64_t stack_name_line_hash(const struct stack_name *name);

/* Zeroed is empty. The same list can be filled again and again. */
struct stack_names {
	struct stack_name *names; /* innermost first */
	size_t count, capacity;
};

/*
 * Whether a source location is in the recorder's own library. Its hooks stand between a function
 * of the program and the real function that it calls; readers do not want to see them.
 */
bool stack_names_is_own(const struct profile *profile, uint32_t location);

/*
 * Fill in the names from a node to the root, without the recorder's own unless one is the node
 * itself. 0, or -1 when memory is out.
 */
int stack_names_fill(struct stack_names *stack, const struct profile *profile,
                     uint32_t node);

/*
 * The same, but only for `count` calls from number `first` on; 0 is the innermost. *total: the
 * number of calls on the path.
 */
int stack_names_fill_part(struct stack_names *stack, const struct profile *profile,
                          uint32_t node, size_t first, size_t count, size_t *total);

/* Only the names at the node itself; at least one, unless it is the root. 0 or -1. */
int stack_names_fill_node(struct stack_names *stack, const struct profile *profile,
                          uint32_t node);

void stack_names_release(struct stack_names *stack);

/*
 * *name: the physical function at a machine location, or the innermost inlined one. 0 or -1.
 */
int stack_name_physical(struct stack_name *name, struct stack_names *scratch,
                        const struct profile *profile, uint32_t location);
int stack_name_innermost(struct stack_name *name, struct stack_names *scratch,
                         const struct profile *profile, uint32_t location);

/*
 * Find in *name the innermost function at a source location that does more than allocate for its
 * caller. Returns 1; 0 if there is none, and *name is the innermost of all; -1 when memory is
 * out. `scratch` can be reused. On a call path, the first location from its node outwards that
 * returns 1 is the one that counts as allocating.
 */
int stack_name_blamed(struct stack_name *name, struct stack_names *scratch,
                      const struct profile *profile, uint32_t location);

#endif
