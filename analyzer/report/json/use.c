/* report/json/use.c - the use of memory in JSON. */
#include "report/json/use.h"

void use_json(struct json_writer *json, const struct memory_use *use)
{
	json_count(json, "size", use->size);
	json_count(json, "rss", use->rss);
	json_count(json, "pss", use->pss);
	json_count(json, "private_dirty", use->private_dirty);
	json_count(json, "private_clean", use->private_clean);
	json_count(json, "shared_dirty", use->shared_dirty);
	json_count(json, "shared_clean", use->shared_clean);
	json_count(json, "anonymous", use->anonymous);
	json_count(json, "swap", use->swap);
	json_count(json, "swap_pss", use->swap_pss);
	json_count(json, "huge", use->huge);
	json_count(json, "locked", use->locked);
}

void use_json_object(struct json_writer *json, const char *key,
                     const struct memory_use *use)
{
	json_object(json, key);
	json_compact(json, true);
	use_json(json, use);
	json_compact(json, false);
	json_object_end(json);
}
