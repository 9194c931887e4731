/* report/json/advice.c - advice in JSON. */
#include "report/json/advice.h"

#include "report/advice_words.h"
#include "report/json/functions.h"
#include "report/why_choice.h"

/*
 * Write one piece of advice: its sentence as people read it, and its parts for programs. The
 * sentence is made first: if memory is out, no object is left open.
 */
static int advice_item_json(struct json_writer *json, const struct findings *findings,
                            const struct advice *advice)
{
	const struct classes *classes = findings->classes;
	const struct call_site *call_site = &findings->call_sites
	                                         .call_sites[advice->call_site];
	const struct life_summary *summary = advice_summary(advice, &findings->call_sites);
	char why[WHY_NAME_BYTES];
	struct text text = { NULL, 0, 0 }, basis = { NULL, 0, 0 }, doubts = { NULL, 0, 0 };

	if (advice_text(&text, advice, classes, &findings->call_sites) ||
	    advice_basis_text(&basis, advice, classes, &findings->call_sites) ||
	    advice_doubts_text(&doubts, advice, classes, &findings->call_sites)) {
		text_release(&text);
		text_release(&basis);
		text_release(&doubts);
		return -1;
	}
	json_object(json, NULL);
	json_string(json, "why", why_call_site_text(why, call_site));
	json_string(json, "kind", advice_kind_text(advice->kind));
	json_string(json, "text", text.data);
	json_string(json, "rests_on", basis.data);
	json_string(json, "wrong_if", doubts.data);
	function_keys_json(json, classes, call_site->function);
	json_string(json, "owner", classes->functions.functions[advice->owner].name);
	json_count(json, "levels", advice->levels);
	json_string(json, "library", advice->library ? advice->library : "");
	json_count(json, "sites", summary->path_count);
	json_count(json, "first_site", call_site->summary.path);
	json_count(json, "blocks", summary->counts.blocks);
	json_count(json, "call_sites", advice->part_count);
	json_count(json, "made_with_blocks", advice->with_blocks);
	json_count(json, "saves_calls", advice->saves.calls);
	json_count(json, "saves_bytes", advice->saves.bytes);
	/* Its earlier name, which outlive-report/1 keeps. */
	json_count(json, "saves_ns", advice->saves.ns_least);
	json_count(json, "saves_ns_least", advice->saves.ns_least);
	json_count(json, "saves_ns_most", advice->saves.ns_most);
	json_bool(json, "has_time", advice->has_time);
	json_bool(json, "is_small", advice->is_small);
	json_object_end(json);
	text_release(&text);
	text_release(&basis);
	text_release(&doubts);
	return 0;
}

int advice_json(struct json_writer *json, const struct findings *findings, uint64_t top)
{
	size_t i;
	int result = 0;

	json_count(json, "advice_count", findings->advice.count);
	json_array(json, "advice");
	for (i = 0; i < findings->advice.count && (!top || i < top) && !result; i++)
		result = advice_item_json(json, findings, &findings->advice.items[i]);
	json_array_end(json);
	return result;
}

int path_advice_json(struct json_writer *json, const struct findings *findings,
                     uint32_t path)
{
	const struct advice_list *list = &findings->advice;
	uint32_t call_site = findings->call_sites.of_path[path];
	struct text refusal = { NULL, 0, 0 };
	bool has_any = false;
	int result = 0;
	size_t i;

	/* advice belongs to a call site, so all of its call paths repeat it */
	json_array(json, "advice");
	for (i = 0; i < list->count && !result; i++) {
		if (!advice_concerns(list, &list->items[i], call_site))
			continue;
		result = advice_item_json(json, findings, &list->items[i]);
		has_any = true;
	}
	json_array_end(json);
	/* `no_advice` is "" if there is advice, and a reason if there is none: never both */
	if (!result && !has_any)
		result = advice_refusal_text(&refusal, findings->classes,
		                             &findings->call_sites.call_sites[call_site]);
	if (!result)
		json_string(json, "no_advice", refusal.data ? refusal.data : "");
	text_release(&refusal);
	return result;
}
