/* symbols/function_flow.c - reads functions, and finds what their calls do. */
#include "symbols/function_flow.h"

#include "base/array.h"
#include "elf/code.h"
#include "elf/image.h"
#include "elf/known_functions.h"
#include "symbols/flow_scopes.h"

#include <stdlib.h>

/* Functions that call functions that call .. an allocator: so many calls are followed. */
#define CALLS_MAX 8

/* Of one module. A module of more code than that has functions whose flow is not known. */
#define CODE_BYTES_TOTAL_MAX (UINT64_C(512) << 20)

enum { EVENT_UNKNOWN, EVENT_NO, EVENT_YES };
enum { ALWAYS_UNKNOWN, ALWAYS_ASKED, ALWAYS_NO, ALWAYS_YES };

void function_flows_init(struct function_flows *flows, const struct module *module)
{
	flows->machine = elf_image_machine(module->elf);
	flows->imports = imports_new(module->elf);
}

void function_flows_release(struct function_flows *flows)
{
	uint32_t i;

	for (i = 1; i <= flows->count; i++) {
		code_graph_release(&flows->list[i]->graph);
		free(flows->list[i]->events);
		free(flows->list[i]->jumps);
		free(flows->list[i]);
	}
	free(flows->list);
	hash_index_release(&flows->by_function);
	free(flows->called);
	hash_index_release(&flows->by_address);
	imports_free(flows->imports);
}

uint32_t function_flow_at(struct module *module, const struct function_flows *flows,
                          uint64_t address)
{
	uint32_t number = module_function(module, address);
	const struct instance *function = instances_get(module->instances, number);

	if (!function || function->entry != address)
		return 0;
	if (!function->die && flows->imports &&
	    imports_stub(flows->imports, address - module->elf_bias))
		return 0;
	return number;
}

/*
 * The address in the file that a call or jump goes to, directly or by a word that the loader
 * sets to an address of this module; 0: not known.
 */
static uint64_t target_known(const struct function_flows *flows, unsigned where,
                             uint64_t target)
{
	if (where == CODE_SLOT && flows->imports)
		return imports_own(flows->imports, target);
	return where == CODE_KNOWN ? target : 0;
}

uint32_t function_flow_called(struct module *module, const struct function_flows *flows,
                              const struct code_step *step)
{
	uint64_t target = target_known(flows, step->where, step->target);

	return target ? function_flow_at(module, flows, target + module->elf_bias) : 0;
}

/*
 * The symbol that a call or jump goes to; NULL: it has no name, or is not known. *is_here: it
 * is one of the module's own functions.
 */
static const char *target_name(const struct module *module,
                               const struct function_flows *flows, unsigned where,
                               uint64_t target, bool *is_here)
{
	uint64_t known = target_known(flows, where, target);
	const char *name = NULL;

	*is_here = false;
	if (!flows->imports)
		return NULL;
	if (!known)
		return where == CODE_SLOT ? imports_slot(flows->imports, target) : NULL;
	if (module->go)
		name = go_index_at(module->go, known + module->elf_bias);
	if (!name && module->symbols)
		name = elf_symbols_at(module->symbols, known + module->elf_bias);
	*is_here = name != NULL;
	return name ? name : imports_stub(flows->imports, known);
}

/* ---- functions that never return ------------------------------------------------------ */

static uint64_t called_hash_of(const void *context, uint32_t number)
{
	return hash_words(((const struct function_flows *)context)->called[number].address,
	                  0);
}

static bool called_is(const void *context, uint32_t number, const void *key)
{
	return ((const struct function_flows *)context)->called[number].address ==
	       *(const uint64_t *)key;
}

/* Whether the code says that a function of the module never returns. */
static bool code_says_never(const struct module *module,
                            const struct function_flows *flows, uint64_t target)
{
	uint64_t low, high;
	const uint8_t *code;

	if (!module->functions ||
	    !elf_functions_extent(module->functions, target + module->elf_bias, &low,
	                          &high) ||
	    low != target + module->elf_bias)
		return false;
	code = elf_image_bytes(module->elf, target, high - low);
	return code && code_never_returns(flows->machine, code, high - low, target);
}

static bool called_never_returns(const struct module *module,
                                 struct function_flows *flows, uint64_t target)
{
	uint64_t hash = hash_words(target, 0);
	uint32_t number = hash_index_find(&flows->by_address, hash, called_is, flows,
	                                  &target);
	bool never;

	if (number)
		return flows->called[number].never_returns;
	never = code_says_never(module, flows, target);
	number = flows->called_count + 1;
	if (array_reserve(flows->called, flows->called_capacity, number + 1))
		return never;
	flows->called[number] = (struct called_function){ target, never };
	if (!hash_index_add(&flows->by_address, hash, number, called_hash_of, flows))
		flows->called_count = number;
	return never;
}

struct asking {
	const struct module *module;
	struct function_flows *flows;
	bool is_unknown; /* a call may return twice */
};

static bool never_returns(void *context, enum code_where where, uint64_t target)
{
	struct asking *asking = context;
	bool is_here;
	const char *name = target_name(asking->module, asking->flows, where, target,
	                               &is_here);

	if (name && known_returns_twice(name))
		asking->is_unknown = true;
	if (name && known_never_returns(name))
		return true;
	target = target_known(asking->flows, where, target);
	return target && (!name || is_here) &&
	       called_never_returns(asking->module, asking->flows, target);
}

/* ---- reading -------------------------------------------------------------------------- */

/*
 * Read the landing pads of all parts of a function. Without unwind tables nothing is known of
 * them. Go has none: a panic that is recovered goes on where the function returns.
 */
static int pads_read(const struct module *module, const struct code_range *ranges,
                     size_t count, struct landing_pads *pads)
{
	uint64_t frame;
	size_t i;

	if (module->go && go_index_at(module->go, ranges[0].low + module->elf_bias))
		return 0;
	if (!module->functions)
		return -1;
	for (i = 0; i < count; i++) {
		frame = elf_functions_frame(module->functions,
		                            ranges[i].low + module->elf_bias);
		if (frame && landing_pads_read(pads, module->elf, frame))
			return -1;
	}
	return 0;
}

/* Read the code into an empty graph, which stays empty if it is not known. */
static void flow_read(struct module *module, struct function_flows *flows,
                      struct function_flow *flow)
{
	const struct instance *instance = instances_get(module->instances, flow->function);
	size_t count = instance->range_count, i;
	struct asking asking = { module, flows, false };
	struct landing_pads pads = { .list = NULL };
	struct code_range *ranges = count ? malloc(count * sizeof(*ranges)) : NULL;
	struct code_function function = {
		.elf = module->elf,
		.machine = flows->machine,
		.ranges = ranges,
		.range_count = count,
		.entry = instance->entry - module->elf_bias,
		.pads = &pads,
		.never_returns = never_returns,
		.context = &asking,
	};

	flow->is_go = module->go && go_index_at(module->go, instance->entry);
	module_symbols_read(module);
	for (i = 0; ranges && i < count; i++) {
		ranges[i] = module->instances->ranges[instance->range_first + i];
		flows->bytes += ranges[i].high - ranges[i].low;
		ranges[i].low -= module->elf_bias;
		ranges[i].high -= module->elf_bias;
	}
	if (ranges && flows->bytes <= CODE_BYTES_TOTAL_MAX &&
	    !pads_read(module, ranges, count, &pads) &&
	    !code_graph_read(&flow->graph, &function) && !asking.is_unknown) {
		flow->events = calloc(flow->graph.count, 1);
		if (!flow->events ||
		    !flow_scopes_set(module, flow->function, flow->is_go, &flow->graph))
			code_graph_release(&flow->graph);
	} else {
		code_graph_release(&flow->graph);
	}
	free(pads.list);
	free(ranges);
}

static uint64_t flow_hash_of(const void *context, uint32_t number)
{
	return hash_words(((const struct function_flows *)context)->list[number]->function,
	                  0);
}

static bool flow_is(const void *context, uint32_t number, const void *key)
{
	return ((const struct function_flows *)context)->list[number]->function ==
	       *(const uint32_t *)key;
}

struct function_flow *function_flow_get(struct module *module,
                                        struct function_flows *flows, uint32_t function)
{
	const struct instance *instance = instances_get(module->instances, function);
	uint64_t hash = hash_words(function, 0);
	uint32_t number;

	if (!instance || instance->parent)
		return NULL;
	number = hash_index_find(&flows->by_function, hash, flow_is, flows, &function);
	if (number)
		return flows->list[number];
	number = flows->count + 1;
	if (array_reserve(flows->list, flows->capacity, number + 1))
		return NULL;
	flows->list[number] = calloc(1, sizeof(struct function_flow));
	if (!flows->list[number])
		return NULL;
	flows->list[number]->function = function;
	if (hash_index_add(&flows->by_function, hash, number, flow_hash_of, flows)) {
		free(flows->list[number]);
		return NULL;
	}
	flows->count = number;
	flow_read(module, flows, flows->list[number]);
	return flows->list[number];
}

/* ---- events --------------------------------------------------------------------------- */

static bool event_find(struct module *module, struct function_flows *flows,
                       struct function_flow *flow, uint32_t block, unsigned calls);

static bool is_event(struct module *module, struct function_flows *flows,
                     struct function_flow *flow, uint32_t block, unsigned calls)
{
	uint8_t *known = &flow->events[block];

	if (*known == EVENT_UNKNOWN)
		*known = event_find(module, flows, flow, block, calls) ? EVENT_YES : EVENT_NO;
	return *known == EVENT_YES;
}

/* Whether the function ends with this block, without an event in it. */
static bool is_exit(const struct code_block *block)
{
	return block->kind == CODE_RETURN || block->is_out;
}

/* Whether no way from the entry to an exit is without an event. */
static bool is_every_way(struct module *module, struct function_flows *flows,
                         struct function_flow *flow, unsigned calls)
{
	const struct code_graph *graph = &flow->graph;
	uint32_t *open = malloc(graph->count * sizeof(*open)), count = 0, number, i, to;
	uint8_t *seen = calloc(graph->count, 1);
	bool is_every = open && seen;
	const struct code_block *block;

	if (is_every) {
		seen[graph->entry] = 1;
		open[count++] = graph->entry;
	}
	while (count && is_every) {
		number = open[--count];
		block = &graph->blocks[number];
		if (is_event(module, flows, flow, number, calls) && block->kind != CODE_BRANCH)
			continue;
		is_every = !is_exit(block) || is_event(module, flows, flow, number, calls);
		for (i = 0; i < block->edge_count; i++) {
			to = graph->edges[block->edge_first + i].to;
			if (!seen[to]) {
				seen[to] = 1;
				open[count++] = to;
			}
		}
	}
	free(open);
	free(seen);
	return is_every;
}

/*
 * Whether every way through a function makes an event. While that is being asked, the answer is
 * no; so it is where too many calls are followed, and where tables hide the ways.
 */
static bool always(struct module *module, struct function_flows *flows,
                   uint32_t function, unsigned calls)
{
	struct function_flow *flow = calls < CALLS_MAX
	                                 ? function_flow_get(module, flows, function)
	                                 : NULL;

	if (!flow || !flow->graph.count || flow->graph.has_tables)
		return false;
	if (flow->always == ALWAYS_UNKNOWN) {
		flow->always = ALWAYS_ASKED;
		flow->always = is_every_way(module, flows, flow, calls + 1) ? ALWAYS_YES
		                                                            : ALWAYS_NO;
	}
	return flow->always == ALWAYS_YES;
}

static bool event_find(struct module *module, struct function_flows *flows,
                       struct function_flow *flow, uint32_t number, unsigned calls)
{
	const struct code_block *block = &flow->graph.blocks[number];
	uint64_t target = target_known(flows, block->where, block->target);
	uint32_t function;
	const char *name;
	bool is_here;

	if (block->kind != CODE_CALL && !block->is_out)
		return false;
	name = target_name(module, flows, block->where, block->target, &is_here);
	if (name && (is_here ? known_allocates_here(name) : known_allocates(name)))
		return true;
	if (!target || (name && !is_here))
		return false;
	function = function_flow_at(module, flows, target + module->elf_bias);
	return function && function != flow->function &&
	       always(module, flows, function, calls);
}

bool function_flow_is_event(struct module *module, struct function_flows *flows,
                            struct function_flow *flow, uint32_t block)
{
	return is_event(module, flows, flow, block, 0);
}

/* ---- jumps ---------------------------------------------------------------------------- */

static void jumps_find(struct module *module, const struct function_flows *flows,
                       struct function_flow *flow)
{
	const struct code_block *block = flow->graph.blocks,
							*end = block + flow->graph.count;
	struct source_jump *jump;
	struct code_step step;

	for (; block < end; block++) {
		if (!block->is_out)
			continue;
		if (array_reserve(flow->jumps, flow->jump_capacity, flow->jump_count + 1))
			return;
		jump = &flow->jumps[flow->jump_count++];
		jump->offset = block->start + block->bytes + module->elf_bias;
		step.where = block->where;
		step.target = block->target;
		jump->target = function_flow_called(module, flows, &step);
	}
}

const struct source_jump *function_flow_jumps(struct module *module,
                                              struct function_flows *flows,
                                              uint32_t function, size_t *count)
{
	struct function_flow *flow = function_flow_get(module, flows, function);

	*count = 0;
	if (!flow)
		return NULL;
	if (!flow->has_jumps) {
		flow->has_jumps = true;
		jumps_find(module, flows, flow);
	}
	*count = flow->jump_count;
	return flow->jumps;
}
