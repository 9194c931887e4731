/* report/json/growth.c - what grew, in JSON. */
#include "report/json/growth.h"

#include "report/why_choice.h"
#include "trace/clock.h"
#include "verdict/growth_order.h"
#include "verdict/stack_names.h"

#include <stdlib.h>

/* 0, or -1: no memory. */
static int site_json(struct json_writer *json, const struct findings *findings,
                     const struct site_growth *site)
{
	const struct classes *classes = findings->classes;
	const struct profile *profile = classes->profile;
	const struct call_sites *call_sites = &findings->call_sites;
	uint32_t node = classes_path_node(classes, site->path);
	struct stack_names scratch = { NULL, 0, 0 };
	struct stack_name name;
	char why[WHY_NAME_BYTES];
	int result = stack_name_blamed(&name, &scratch, profile,
	                               profile->replay.tree.nodes[node].location);
	unsigned step;

	if (result >= 0) {
		json_object(json, NULL);
		json_string(json, "why",
		            why_call_site_text(
						why, &call_sites->call_sites[call_sites->of_path[site->path]]));
		json_string(json, "function", name.function);
		json_string(json, "file", name.file);
		json_count(json, "line", name.line);
		json_string(json, "module", name.module);
		json_count(json, "half_blocks", site->by_time.half_blocks);
		json_count(json, "half_bytes", site->by_time.bytes[GROWTH_HALF]);
		json_count(json, "end_blocks", site->end_blocks);
		json_count(json, "end_bytes", site->end_bytes);
		json_array_inline(json, "bytes");
		for (step = 0; step < GROWTH_STEPS; step++)
			json_count(json, NULL, site->by_time.bytes[step]);
		json_array_end(json);
		json_object_end(json);
	}
	stack_names_release(&scratch);
	return result < 0 ? -1 : 0;
}

int growth_json(struct json_writer *json, const struct findings *findings, uint64_t top)
{
	const struct classes *classes = findings->classes;
	const struct site_growths *growths = &classes->growths;
	const struct ring_header *header = &classes->profile->process->header;
	uint32_t *order = malloc((growths->count + 1) * sizeof(*order)), count, i;
	int result = 0;

	if (!order)
		return -1;
	count = growth_order(classes, order);
	json_object(json, "growth");
	json_count(json, "half_ns", process_time_ns(header, growths->half_time));
	json_count(json, "end_ns", process_time_ns(header, growths->end_time));
	json_bool(json, "freed_at_end", growths->is_before_freed);
	json_count(json, "site_count", count);
	json_array(json, "sites");
	for (i = 0; i < count && (!top || i < top) && !result; i++)
		result = site_json(json, findings, &growths->sites[order[i]]);
	json_array_end(json);
	json_object_end(json);
	free(order);
	return result;
}
