/* symbols/module_ways.c - control flow between two calls of a machine function. */
#include "symbols/module_flow.h"

uint64_t module_flow_kept(struct module *module, uint64_t from, uint64_t to,
                          uint32_t *merged)
{
	(void)module, (void)from, (void)to, (void)merged;
	return 0;
}

const struct source_jump *module_flow_jumps(struct module *module, uint32_t function,
                                            size_t *count)
{
	(void)module, (void)function, (void)count;
	return NULL;
}

size_t module_flow_jump_chain(struct module *module, uint32_t from_function,
                              uint32_t to_function, uint64_t *offsets, size_t max)
{
	(void)module, (void)from_function, (void)to_function, (void)offsets, (void)max;
	return 0;
}
