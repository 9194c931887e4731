/*
 * symbols/function_flow.h - the flow of control of the machine functions of one module. A
 * function is read when it is first asked for, and then kept.
 */
#ifndef OUTLIVE_SYMBOLS_FUNCTION_FLOW_H
#define OUTLIVE_SYMBOLS_FUNCTION_FLOW_H

#include "elf/code_graph.h"
#include "elf/imports.h"
#include "symbols/module.h"
#include "symbols/source.h"

struct function_flow {
	uint32_t function; /* its instance */
	bool is_go;
	/*
	 * Empty if the code is not known. Addresses are those of the file. Of an edge that goes
	 * back, `scope` is the innermost instance that both its ends are in.
	 */
	struct code_graph graph;
	uint8_t *events;           /* of each block: see function_flow_is_event() */
	uint8_t always;            /* see function_flow_always() */
	struct source_jump *jumps; /* NULL: not asked for yet, or none */
	size_t jump_count, jump_capacity;
	bool has_jumps; /* they are read */
};

/* Whether a function of the module, by its address in the file, never returns. */
struct called_function {
	uint64_t address;
	bool never_returns;
};

struct function_flows {
	unsigned machine;
	struct imports *imports;     /* NULL: memory is out */
	struct function_flow **list; /* [0] is unused */
	uint32_t count, capacity;
	struct hash_index by_function;
	uint64_t bytes;                 /* of code, read so far */
	struct called_function *called; /* [0] is unused */
	uint32_t called_count, called_capacity;
	struct hash_index by_address;
};

void function_flows_init(struct function_flows *flows, const struct module *module);
void function_flows_release(struct function_flows *flows);

/* The flow of a machine function; NULL: it is none, or memory is out. */
struct function_flow *function_flow_get(struct module *module,
                                        struct function_flows *flows,
                                        uint32_t function);

/*
 * The machine function that begins at the address (of the module); 0: none is known. A stub to
 * another module is none, even where unwind tables take it for a function.
 */
uint32_t function_flow_at(struct module *module, const struct function_flows *flows,
                          uint64_t address);

/* The machine function that a call or jump goes to, by any way that is certain; 0: not known. */
uint32_t function_flow_called(struct module *module, const struct function_flows *flows,
                              const struct code_step *step);

/*
 * Whether the call or jump at the end of a block makes an event for certain: it goes to a
 * function that allocates, or to one that always makes an event.
 */
bool function_flow_is_event(struct module *module, struct function_flows *flows,
                            struct function_flow *flow, uint32_t block);

/* The jumps out of a machine function, see symbolizer_jumps(). */
const struct source_jump *function_flow_jumps(struct module *module,
                                              struct function_flows *flows,
                                              uint32_t function, size_t *count);

#endif
