/*
 * verdict/stack_names.h - the names along a call path, inlined functions included.
 */
#ifndef OUTLIVE_VERDICT_STACK_NAMES_H
#define OUTLIVE_VERDICT_STACK_NAMES_H

#include "replay/profile.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One function of a stack; strings are the profile's, not escaped. */
struct stack_name {
	const char *function; /* "" when unknown */
	const char *file;     /* "" when unknown */
	const char *module;   /* path; "" outside of every module */
	uint64_t offset;      /* return address - bias of the module (or the address) */
	uint32_t line;        /* 0 when unknown */
	uint32_t node;        /* of the call tree */
	bool is_inlined;      /* into the next name */
	bool is_cut;          /* frames are missing between it and the next name */
	bool is_gap;          /* it is no function, but stands for these */
	const char
		*declared;     /* "" or what its function is told by (trace/symbol_table.h) */
	const char *apart; /* "" or what people tell it by (symbols/namesakes.h) */
};

/* Of which nothing is known but its offset. */
struct stack_name stack_name_none(uint64_t offset);

/* What stands for frames that are missing: "(gap)". */
struct stack_name stack_name_gap(void);

/* Whether two names are of one function: without names, of one address. */
bool stack_name_is_same(const struct stack_name *one, const struct stack_name *two);
uint64_t stack_name_hash(const struct stack_name *name);

/* Zeroed is empty; the same list can be filled again and again. */
struct stack_names {
	struct stack_name *names; /* innermost first */
	size_t count, capacity;
};

/* The names from a node to the root. 0, or -1 when memory is out. */
int stack_names_fill(struct stack_names *stack, const struct profile *profile,
                     uint32_t node);

/*
 * The same, but of the `count` calls from the `first` on, 0 the innermost. *total: how many
 * calls the path has.
 */
int stack_names_fill_part(struct stack_names *stack, const struct profile *profile,
                          uint32_t node, size_t first, size_t count, size_t *total);

/* Only those of the node itself; at least one, unless it is the root. 0 or -1. */
int stack_names_fill_node(struct stack_names *stack, const struct profile *profile,
                          uint32_t node);

void stack_names_release(struct stack_names *stack);

/* *name: the physical function at a location, or what is innermost there. 0 or -1. */
int stack_name_physical(struct stack_name *name, struct stack_names *scratch,
                        const struct profile *profile, uint32_t location);
int stack_name_innermost(struct stack_name *name, struct stack_names *scratch,
                         const struct profile *profile, uint32_t location);

/*
 * *name: the innermost function at a location that does more than allocate for its
 * caller: 1. If none does, the innermost of all: 0. -1: memory is out. `scratch` is for
 * reuse. Of a call path, the first location upwards from its node that says 1 is blamed.
 */
int stack_name_blamed(struct stack_name *name, struct stack_names *scratch,
                      const struct profile *profile, uint32_t location);

#endif
