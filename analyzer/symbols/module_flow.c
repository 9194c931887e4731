/* symbols/module_flow.c - instances, calls and jumps of one module. */
#include "symbols/module_flow.h"

#include "elf/code.h"
#include "elf/image.h"
#include "symbols/function_flow.h"
#include "symbols/jump_chains.h"
#include "symbols/kept_instances.h"

#include <stdlib.h>

#define CALL_BYTES_MAX 8 /* of a call instruction */

struct module_flow {
	struct function_flows functions;
	struct kept_ways ways;
};

/* NULL: memory is out. */
static struct module_flow *flow_get(struct module *module)
{
	if (module->flow || !module->instances)
		return module->flow;
	module->flow = calloc(1, sizeof(*module->flow));
	if (module->flow)
		function_flows_init(&module->flow->functions, module);
	return module->flow;
}

void module_flow_free(struct module_flow *flow)
{
	if (!flow)
		return;
	function_flows_release(&flow->functions);
	kept_ways_release(&flow->ways);
	free(flow);
}

/* Read the call before the return address. False: there is none that can be read. */
static bool call_read(const struct module *module, uint64_t offset,
                      struct code_step *step)
{
	uint64_t address = offset - module->elf_bias;
	const uint8_t *code = NULL;
	size_t bytes = CALL_BYTES_MAX;

	while (bytes && !(code = elf_image_bytes(module->elf, address - bytes, bytes)))
		bytes--;
	return code &&
	       code_call_before(elf_image_machine(module->elf), code, bytes, address, step);
}

bool module_flow_source(struct module *module, uint64_t offset,
                        struct source_chain *chain)
{
	struct module_flow *flow = flow_get(module);
	struct code_step step;

	if (!flow)
		return false;
	chain->count = (uint32_t)module_chain(module, offset, chain->instances);
	chain->is_known = call_read(module, offset, &step);
	if (chain->is_known)
		chain->called = function_flow_called(module, &flow->functions, &step);
	return chain->count != 0;
}

uint64_t module_flow_kept(struct module *module, uint64_t from, uint64_t to,
                          uint32_t *merged)
{
	struct module_flow *flow = flow_get(module);

	return flow
	           ? kept_instances(module, &flow->functions, &flow->ways, from, to, merged)
	           : 0;
}

const struct source_jump *module_flow_jumps(struct module *module, uint32_t function,
                                            size_t *count)
{
	struct module_flow *flow = flow_get(module);

	return flow ? function_flow_jumps(module, &flow->functions, function, count) : NULL;
}

size_t module_flow_jump_chain(struct module *module, uint32_t from_function,
                              uint32_t to_function, uint64_t *offsets, size_t max)
{
	struct module_flow *flow = flow_get(module);

	return flow ? jump_chain(module, &flow->functions, from_function, to_function,
	                         offsets, max)
	            : 0;
}

bool module_flow_instance(struct module *module, uint32_t number,
                          struct source_instance *facts)
{
	const struct instance *instance;

	if (!module->instances || !(instance = instances_get(module->instances, number)))
		return false;
	facts->origin = module_instance_origin(module, number);
	facts->parent = instances_parent(module->instances, instance);
	facts->is_part = instance->is_part;
	return true;
}
