/*
 * symbols/jump_chains.h - chains of jumps from one machine function to another.
 */
#ifndef OUTLIVE_SYMBOLS_JUMP_CHAINS_H
#define OUTLIVE_SYMBOLS_JUMP_CHAINS_H

#include "symbols/function_flow.h"

/* See symbolizer_jump_chain(). */
size_t jump_chain(struct module *module, struct function_flows *flows, uint32_t from,
                  uint32_t to, uint64_t *offsets, size_t max);

#endif
