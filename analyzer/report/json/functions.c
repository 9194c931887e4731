/* report/json/functions.c - what tells a function from all others, in JSON. */
#include "report/json/functions.h"

/*
 * The path of the function's module; "" if it is in none, as the keys of a function are
 * always all there.
 */
static const char *module_path(const struct classes *classes, uint32_t function)
{
	uint32_t module = classes->functions.functions[function].module;

	return module == MODULE_NONE
	           ? ""
	           : address_map_module(classes->profile->map, module)->path;
}

/* Write the keys of a function into the open object. */
void function_keys_json(struct json_writer *json, const struct classes *classes,
                        uint32_t number)
{
	const struct function *function = &classes->functions.functions[number];

	/* not escaped: the writer makes valid JSON of any bytes */
	json_string(json, "function", function->name);
	json_string(json, "module", module_path(classes, number));
	json_string(json, "declared", function->declared);
	json_count(json, "offset",
	           address_map_location(classes->profile->map, function->location)->offset);
	json_string(json, "home", function->home);
	json_count(json, "home_line", function->home_line);
	json_bool(json, "standard", function->is_library);
	json_bool(json, "mine", function->is_mine);
}
