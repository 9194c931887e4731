/* report/json/debug_gaps.c - the modules without debug information, and what is missing. */
#include "report/json/debug_gaps.h"

#include "verdict/debug_gaps.h"

void debug_gaps_json(struct json_writer *json, const struct classes *classes)
{
	const struct address_map *map = classes->profile->map;
	char id[BUILD_ID_TEXT_BYTES];
	const struct module *module;
	struct debug_gaps gaps;
	size_t i;

	json_array(json, "no_debug_information");
	for (i = debug_gaps_make(&gaps, classes) ? gaps.count : 0; i < gaps.count; i++) {
		module = address_map_module(map, gaps.gaps[i].module);
		json_object_inline(json, NULL);
		json_string(json, "module", module->path);
		json_string(json, "build_id", build_id_text(id, module));
		json_string(json, "package", gaps.gaps[i].package);
		json_count(json, "allocations", gaps.gaps[i].calls);
		json_count(json, "bytes", gaps.gaps[i].bytes);
		json_bool(json, "partial", gaps.gaps[i].is_partial);
		json_object_end(json);
	}
	json_array_end(json);
	json_array(json, "missing_debug_files");
	for (i = 0; i < gaps.missing_count; i++) {
		if (gaps.missing[i].module >= address_map_module_count(map))
			continue;
		json_object_inline(json, NULL);
		json_string(json, "module",
		            address_map_module(map, gaps.missing[i].module)->path);
		json_string(json, "file", gaps.missing[i].path);
		json_object_end(json);
	}
	json_array_end(json);
	debug_gaps_release(&gaps);
}
