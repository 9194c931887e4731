/*
 * symbols/module_flow.h - what the code of a module says of its source frames: see the second
 * half of symbols/symbolizer.h, whose functions these are, for one module that has been read.
 */
#ifndef OUTLIVE_SYMBOLS_MODULE_FLOW_H
#define OUTLIVE_SYMBOLS_MODULE_FLOW_H

#include "symbols/module.h"
#include "symbols/source.h"

void module_flow_free(struct module_flow *flow);

bool module_flow_source(struct module *module, uint64_t offset,
                        struct source_chain *chain);
uint64_t module_flow_kept(struct module *module, uint64_t from, uint64_t to,
                          uint32_t *merged);
const struct source_jump *module_flow_jumps(struct module *module, uint32_t function,
                                            size_t *count);
size_t module_flow_jump_chain(struct module *module, uint32_t from_function,
                              uint32_t to_function, uint64_t *offsets, size_t max);
bool module_flow_instance(struct module *module, uint32_t instance,
                          struct source_instance *facts);

#endif
