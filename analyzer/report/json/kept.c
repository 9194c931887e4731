/* report/json/kept.c - what libc's malloc keeps though it is free, for programs. */
#include "report/json/kept.h"

#include "report/why_choice.h"
#include "trace/clock.h"
#include "verdict/kept_help.h"
#include "verdict/stack_names.h"

static void bytes_json(struct json_writer *json, const struct kept_bytes *bytes)
{
	json_count(json, "resident", bytes->resident);
	json_count(json, "live", bytes->live);
	json_count(json, "overhead", bytes->overhead);
	json_count(json, "kept", kept_free(bytes));
	json_count(json, "trimmable", kept_trimmable(bytes));
	json_count(json, "cached", bytes->cached);
	json_count(json, "arena_ends", bytes->top);
	json_count(json, "pinned", bytes->pinned);
	json_count(json, "blocks", bytes->blocks);
}

static void arenas_json(struct json_writer *json, const struct kept *kept, uint64_t top)
{
	size_t i;

	json_count(json, "arena_count", kept->arena_count);
	json_array(json, "arenas");
	for (i = 0; i < kept->arena_count && (!top || i < top); i++) {
		json_object_inline(json, NULL);
		json_bool(json, "main", !kept->arenas[i].address);
		json_count(json, "address", kept->arenas[i].address);
		json_count(json, "heaps", kept->arenas[i].areas);
		bytes_json(json, &kept->arenas[i].bytes);
		json_object_end(json);
	}
	json_array_end(json);
}

/* Write a row of the pins. 0, or -1: memory is out. */
static int pin_json(struct json_writer *json, const struct findings *findings,
                    const struct kept_pin *pin, struct stack_names *scratch)
{
	const struct call_site *call_site = &findings->call_sites
	                                         .call_sites[pin->call_site];
	struct stack_name name;
	char why[WHY_NAME_BYTES];

	if (stack_name_blamed(&name, scratch, findings->classes->profile,
	                      call_site->location) < 0)
		return -1;
	json_object_inline(json, NULL);
	json_string(json, "why", why_call_site_text(why, call_site));
	json_string(json, "function", name.function);
	json_string(json, "file", name.file);
	json_count(json, "line", name.line);
	json_count(json, "blocks", pin->row.blocks);
	json_count(json, "bytes", pin->row.bytes);
	json_count(json, "pinned", pin->row.pinned);
	json_count(json, "pages", pin->row.pages);
	json_count(json, "alone", pin->row.alone);
	json_count(json, "alone_pages", pin->row.alone_pages);
	json_object_end(json);
	return 0;
}

static int pins_json(struct json_writer *json, const struct findings *findings,
                     const struct kept_help *help, uint64_t top)
{
	struct stack_names scratch = { NULL, 0, 0 };
	int result = 0;
	size_t i;

	json_count(json, "pinned_own", help->kept->pinned_own);
	json_count(json, "pinned_uncounted", help->uncounted.pinned);
	json_count(json, "pin_count", help->pin_count);
	json_array(json, "pins");
	for (i = 0; i < help->pin_count && (!top || i < top) && !result; i++)
		result = pin_json(json, findings, &help->pins[i], &scratch);
	json_array_end(json);
	stack_names_release(&scratch);
	return result;
}

static int moment_json(struct json_writer *json, const char *key,
                       const struct findings *findings, enum heap_moment moment,
                       uint64_t top)
{
	const struct profile *profile = findings->classes->profile;
	struct kept_help help;
	int result = kept_help_make(&help, findings, moment);

	if (!result) {
		json_object(json, key);
		json_count(json, "time_ns",
		           process_time_ns(&profile->process->header, help.kept->time));
		json_bool(json, "exit", help.kept->is_exit);
		bytes_json(json, &help.kept->all);
		json_count(json, "live_absent", help.kept->absent);
		json_count(json, "mapped_blocks", help.kept->mapped_blocks);
		json_count(json, "mapped_bytes", help.kept->mapped_bytes);
		json_count(json, "mapped_overhead", help.kept->mapped_overhead);
		json_count(json, "other_blocks", help.kept->other_blocks);
		json_count(json, "other_bytes", help.kept->other_bytes);
		json_count(json, "heap_peak", help.kept->heap_peak);
		json_count(json, "arena_max_saves", help.arena_save);
		json_count(json, "trim_threshold_saves", help.ends_save);
		json_bool(json, "pool", help.has_pool);
		arenas_json(json, help.kept, top);
		result = pins_json(json, findings, &help, top);
		json_object_end(json);
	}
	kept_help_release(&help);
	return result;
}

int kept_json(struct json_writer *json, const struct findings *findings, uint64_t top)
{
	const struct profile *profile = findings->classes->profile;
	const char *unknown = kept_unknown_text(profile);
	int result = 0;

	json_object(json, "kept");
	json_bool(json, "known", !unknown);
	json_string(json, "unknown", unknown ? unknown : "");
	if (!unknown && kept_at(profile, HEAP_LARGEST))
		result = moment_json(json, "largest", findings, HEAP_LARGEST, top);
	if (!unknown && !result)
		result = moment_json(json, "last", findings, HEAP_LAST, top);
	json_object_end(json);
	return result;
}
