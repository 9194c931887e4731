/* replay/profile_symbols.c - names for the addresses of a profile that have none yet. */
#include "replay/profile_symbols.h"

#include "symbols/namesakes.h"

#include <stdlib.h>
#include <string.h>

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

/* The handle of a module, asked for once; MODULE_UNKNOWN: there is none. */
static int module_handle(const struct profile *profile, struct symbolizer *symbolizer,
                         int *handles, uint32_t number)
{
	const struct module *module = address_map_module(profile->map, number);

	if (handles[number] == MODULE_NOT_ASKED) {
		handles[number] = symbolizer_module(symbolizer, module->path, module->build_id,
		                                    module->build_id_bytes);
		if (handles[number] < 0)
			handles[number] = MODULE_UNKNOWN;
	}
	return handles[number];
}

/*
 * Resolve one location, unless the recording has its names. A location without a module, or in
 * a file that is not there, stays without names: that is no error. -1: memory is out.
 */
static int location_ask(struct profile *profile, struct symbolizer *symbolizer,
                        int *handles, const struct location *location, size_t *asked)
{
	struct asking asking = { profile->symbols, false };
	size_t known;
	int handle;

	if (location->module == MODULE_NONE)
		return 0;
	symbol_table_find(profile->symbols, location->module, location->offset, &known);
	if (known)
		return 0;
	++*asked;
	handle = module_handle(profile, symbolizer, handles, location->module);
	if (handle < 0)
		return 0;
	if (symbol_table_begin(profile->symbols, location->module, location->offset))
		return -1;
	symbolizer_resolve(symbolizer, handle, location->offset, frame_take, &asking);
	return asking.is_failed ? -1 : 0;
}

/* One handle for each module, none asked for yet; NULL: memory is out. */
static int *handles_new(const struct profile *profile)
{
	size_t modules = address_map_module_count(profile->map), i;
	int *handles = malloc((modules + 1) * sizeof(*handles));

	for (i = 0; handles && i < modules; i++)
		handles[i] = MODULE_NOT_ASKED;
	return handles;
}

int profile_symbolize(struct profile *profile, struct symbolizer *symbolizer,
                      size_t *asked)
{
	size_t count = 0, i;
	int *handles = handles_new(profile);
	int result = 0;

	if (!handles)
		return -1;
	for (i = 1; i < address_map_location_count(profile->map) && !result; i++)
		result = location_ask(profile, symbolizer, handles,
		                      address_map_location(profile->map, (uint32_t)i), &count);
	if (asked)
		*asked = count;
	free(handles);
	return result ? result : namesakes_tell(profile->symbols, profile->map);
}

/* ---- answers for a source map ------------------------------------------------------ */

struct profile_answers {
	struct source_answers given;
	struct profile *profile;
	struct symbolizer *symbolizer;
	int *handles;
};

/* The names come first: each of them needs an instance, and each instance a name. */
static int address_answer(void *context, const struct location *location,
                          struct source_address *address, uint32_t *instances)
{
	struct profile_answers *answers = context;
	struct source_chain chain;
	struct source_instance instance;
	size_t named, asked = 0;
	int handle;

	if (location_ask(answers->profile, answers->symbolizer, answers->handles, location,
	                 &asked))
		return -1;
	symbol_table_find(answers->profile->symbols, location->module, location->offset,
	                  &named);
	handle = module_handle(answers->profile, answers->symbolizer, answers->handles,
	                       location->module);
	if (handle < 0 || !named ||
	    !symbolizer_source(answers->symbolizer, handle, location->offset, &chain) ||
	    chain.count != named || chain.count > SOURCE_CHAIN_MAX)
		return 0;
	address->count = chain.count;
	address->called = chain.called;
	memcpy(instances, chain.instances, chain.count * sizeof(*instances));
	address->is_part = symbolizer_instance(answers->symbolizer, handle,
	                                       instances[chain.count - 1], &instance) &&
	                   instance.is_part;
	return 0;
}

static int pair_answer(void *context, const struct location *from,
                       const struct location *to, struct source_pair *pair)
{
	struct profile_answers *answers = context;
	int handle = module_handle(answers->profile, answers->symbolizer, answers->handles,
	                           from->module);

	if (handle >= 0)
		pair->kept = symbolizer_kept(answers->symbolizer, handle, from->offset,
		                             to->offset, &pair->merged);
	return 0;
}

static int jumps_answer(void *context, struct source_jumps *jumps)
{
	struct profile_answers *answers = context;
	int handle = module_handle(answers->profile, answers->symbolizer, answers->handles,
	                           jumps->module);

	if (handle >= 0)
		jumps->count = (uint32_t)symbolizer_jump_chain(
			answers->symbolizer, handle, jumps->from, jumps->to, jumps->offsets,
			SOURCE_JUMPS_MAX);
	return 0;
}

struct profile_answers *profile_answers_new(struct profile *profile,
                                            struct symbolizer *symbolizer)
{
	struct profile_answers *answers = calloc(1, sizeof(*answers));

	if (!answers)
		return NULL;
	*answers = (struct profile_answers){
		.given = { answers, address_answer, pair_answer, jumps_answer },
		.profile = profile,
		.symbolizer = symbolizer,
		.handles = handles_new(profile),
	};
	if (!answers->handles) {
		free(answers);
		return NULL;
	}
	return answers;
}

void profile_answers_free(struct profile_answers *answers)
{
	if (!answers)
		return;
	free(answers->handles);
	free(answers);
}

const struct source_answers *profile_answers_given(
	const struct profile_answers *answers)
{
	return answers ? &answers->given : NULL;
}
