/* replay/profile_symbols.c - names for the addresses of a profile that have none yet. */
#include "replay/profile_symbols.h"

#include "symbols/namesakes.h"

#include <stdlib.h>

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

int profile_symbolize(struct profile *profile, struct symbolizer *symbolizer,
                      size_t *asked)
{
	size_t modules = address_map_module_count(profile->map), count = 0, i;
	int *handles = malloc((modules + 1) * sizeof(*handles));
	int result = 0;

	if (!handles)
		return -1;
	for (i = 0; i < modules; i++)
		handles[i] = MODULE_NOT_ASKED;
	for (i = 1; i < address_map_location_count(profile->map) && !result; i++)
		result = location_ask(profile, symbolizer, handles,
		                      address_map_location(profile->map, (uint32_t)i), &count);
	if (asked)
		*asked = count;
	free(handles);
	return result ? result : namesakes_tell(profile->symbols, profile->map);
}
