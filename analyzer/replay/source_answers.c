/* replay/source_answers.c - asks a symbolizer for what a recording lacks. */
#include "replay/source_answers.h"

#include <stdlib.h>
#include <string.h>

struct source_answerer {
	struct source_answers given;
	struct symbol_table *symbols;
	const struct address_map *map;
	struct symbolizer *symbolizer;
	int *handles; /* of the symbolizer, by module; MODULE_NOT_ASKED, MODULE_UNKNOWN */
	size_t handle_count;
};

struct asking {
	struct symbol_table *symbols;
	bool is_failed;
};

/* Called for each frame; it cannot stop the symbolizer, so it keeps a failure for later. */
static void frame_take(void *context, const struct symbol_frame *frame)
{
	struct asking *asking = context;

	if (symbol_table_add(asking->symbols, frame))
		asking->is_failed = true;
}

/* The symbolizer's handles of modules. */
enum { MODULE_NOT_ASKED = -2, MODULE_UNKNOWN = -1 };

/* One for each module that the map has now: it may have got more. 0, or -1: memory is out. */
static int handles_grow(struct source_answerer *answerer)
{
	size_t modules = address_map_module_count(answerer->map);
	int *handles = realloc(answerer->handles, (modules + 1) * sizeof(*handles));

	if (!handles)
		return -1;
	answerer->handles = handles;
	while (answerer->handle_count < modules)
		handles[answerer->handle_count++] = MODULE_NOT_ASKED;
	return 0;
}

/* The handle of a module, asked for once; MODULE_UNKNOWN: there is none. */
static int module_handle(struct source_answerer *answerer, uint32_t number)
{
	const struct module *module = address_map_module(answerer->map, number);
	int *handle;

	if (number >= answerer->handle_count && handles_grow(answerer))
		return MODULE_UNKNOWN;
	handle = &answerer->handles[number];
	if (*handle == MODULE_NOT_ASKED) {
		*handle = symbolizer_module(answerer->symbolizer, module->path,
		                            module->build_id, module->build_id_bytes);
		if (*handle < 0)
			*handle = MODULE_UNKNOWN;
	}
	return *handle;
}

int source_answerer_name(struct source_answerer *answerer,
                         const struct location *location, size_t *asked)
{
	struct asking asking = { answerer->symbols, false };
	size_t known;
	int handle;

	if (location->module == MODULE_NONE)
		return 0;
	symbol_table_find(answerer->symbols, location->module, location->offset, &known);
	if (known)
		return 0;
	++*asked;
	handle = module_handle(answerer, location->module);
	if (handle < 0)
		return 0;
	if (symbol_table_begin(answerer->symbols, location->module, location->offset))
		return -1;
	symbolizer_resolve(answerer->symbolizer, handle, location->offset, frame_take,
	                   &asking);
	return asking.is_failed ? -1 : 0;
}

int source_answerer_missing(struct source_answerer *answerer)
{
	uint32_t modules = (uint32_t)address_map_module_count(answerer->map), i;
	const char *path;
	size_t number;
	int handle;

	for (i = 0; i < modules; i++) {
		handle = module_handle(answerer, i);
		for (number = 0;
		     (path = symbolizer_missing(answerer->symbolizer, handle, number));
		     number++) {
			if (symbol_table_add_missing(answerer->symbols, i, path))
				return -1;
		}
	}
	return 0;
}

/* The names come first: each of them needs an instance, and each instance a name. */
static int address_answer(void *context, const struct location *location,
                          struct source_address *address, uint32_t *instances)
{
	struct source_answerer *answerer = context;
	struct source_chain chain;
	struct source_instance instance;
	size_t named, asked = 0;
	int handle;

	if (source_answerer_name(answerer, location, &asked))
		return -1;
	symbol_table_find(answerer->symbols, location->module, location->offset, &named);
	handle = module_handle(answerer, location->module);
	if (handle < 0 || !named ||
	    !symbolizer_source(answerer->symbolizer, handle, location->offset, &chain) ||
	    chain.count != named || chain.count > SOURCE_CHAIN_MAX)
		return 0;
	address->count = chain.count;
	address->called = chain.called;
	memcpy(instances, chain.instances, chain.count * sizeof(*instances));
	address->is_part = symbolizer_instance(answerer->symbolizer, handle,
	                                       instances[chain.count - 1], &instance) &&
	                   instance.is_part;
	return 0;
}

static int pair_answer(void *context, const struct location *from,
                       const struct location *to, struct source_pair *pair)
{
	struct source_answerer *answerer = context;
	int handle = module_handle(answerer, from->module);

	if (handle >= 0)
		pair->kept = symbolizer_kept(answerer->symbolizer, handle, from->offset,
		                             to->offset, &pair->merged);
	return 0;
}

static int jumps_answer(void *context, struct source_jumps *jumps)
{
	struct source_answerer *answerer = context;
	int handle = module_handle(answerer, jumps->module);

	if (handle >= 0)
		jumps->count = (uint32_t)symbolizer_jump_chain(
			answerer->symbolizer, handle, jumps->from, jumps->to, jumps->offsets,
			SOURCE_JUMPS_MAX);
	return 0;
}

struct source_answerer *source_answerer_new(struct symbol_table *symbols,
                                            const struct address_map *map,
                                            struct symbolizer *symbolizer)
{
	struct source_answerer *answerer = calloc(1, sizeof(*answerer));

	if (!answerer)
		return NULL;
	*answerer = (struct source_answerer){
		.given = { answerer, address_answer, pair_answer, jumps_answer },
		.symbols = symbols,
		.map = map,
		.symbolizer = symbolizer,
	};
	if (!handles_grow(answerer))
		return answerer;
	free(answerer);
	return NULL;
}

void source_answerer_limit(struct source_answerer *answerer, const bool *modules)
{
	size_t count = address_map_module_count(answerer->map), i;

	for (i = 0; i < count; i++) {
		if (!modules[i])
			answerer->handles[i] = MODULE_UNKNOWN;
	}
}

void source_answerer_free(struct source_answerer *answerer)
{
	if (!answerer)
		return;
	free(answerer->handles);
	free(answerer);
}

const struct source_answers *source_answerer_given(
	const struct source_answerer *answerer)
{
	return answerer ? &answerer->given : NULL;
}
