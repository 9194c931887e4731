/* report/json/classes.c - classes and their evidence in JSON. */
#include "report/json/classes.h"

#include "report/json/advice.h"
#include "report/json/debug_gaps.h"
#include "report/json/functions.h"
#include "verdict/function_choice.h"
#include "verdict/evidence.h"
#include "verdict/owners.h"
#include "trace/clock.h"

#include <stdio.h>

/*
 * How many blocks a class has, and their bytes; a class without blocks is written, too, with
 * 0, so that programs find every key.
 */
static void share_json(struct json_writer *json, const char *key,
                       const struct class_share *share)
{
	json_object_inline(json, key);
	json_count(json, "blocks", share->blocks);
	json_count(json, "bytes", share->bytes);
	json_object_end(json);
}

void class_counts_json(struct json_writer *json, const struct class_counts *counts)
{
	unsigned class;

	json_object(json, "classes");
	for (class = 0; class < CLASS_COUNT; class ++)
		share_json(json, life_class_key(class), &counts->shares[class]);
	share_json(json, "inferred", &counts->inferred);
	share_json(json, "open", &counts->open);
	share_json(json, "unknown", &counts->unknown);
	share_json(json, "suppressed", &counts->suppressed);
	json_object_end(json);
}

void kind_split_json(struct json_writer *json, const struct kind_split *split)
{
	unsigned kind;

	json_object(json, "stack_like_kinds");
	share_json(json, "local", &split->local);
	share_json(json, "contained", &split->contained);
	share_json(json, "scoped", &split->scoped);
	json_object_end(json);
	json_object(json, "live_kinds");
	for (kind = 0; kind < LIVE_KINDS; kind++)
		share_json(json, live_kind_text(kind), &split->live[kind]);
	json_object_end(json);
	json_object(json, "crossed_kinds");
	share_json(json, "go_runtime", &split->go_runtime);
	json_object_end(json);
}

/*
 * Write how well the frames of the blocks are known. Blocks are exact, exact up to a gap in
 * their stack, or inferred: the first three add up to all blocks. `stacks_cut` counts apart
 * from these. Whether the class of a block is proved, supported or open: these three add up to
 * all blocks, too; a block whose machine frames are inferred is open. `owner_open` counts apart.
 */
static void exact_json(struct json_writer *json, const struct class_counts *counts)
{
	json_object_inline(json, "exact");
	json_count(json, "blocks", counts->exact_blocks);
	json_count(json, "up_to_a_gap", counts->exact_cut_blocks);
	json_count(json, "left_c", counts->compared_blocks);
	json_count(json, "inferred",
	           counts->blocks - counts->exact_blocks - counts->exact_cut_blocks -
	               counts->compared_blocks);
	json_count(json, "stacks_cut", counts->cut_blocks);
	json_object_end(json);
	json_object_inline(json, "source_frames");
	json_count(json, "proved", counts->proved);
	json_count(json, "supported", counts->supported);
	json_count(json, "open", counts->blocks - counts->proved - counts->supported);
	json_count(json, "owner_open", counts->owner_open);
	json_object_end(json);
}

/*
 * Write the wrappers of the whole process that were skipped for at least one block. Number 0
 * is FUNCTION_NONE, which is no wrapper.
 */
static void peeled_json(struct json_writer *json, const struct classes *classes)
{
	const struct peel *peel;
	uint32_t i;

	json_array(json, "peeled");
	for (i = 1; i < classes->functions.count; i++) {
		peel = &classes->peeling.functions[i];
		if (!peel->reason || !peel->blocks)
			continue;
		json_object_inline(json, NULL);
		function_keys_json(json, classes, i);
		json_string(json, "reason", peel_reason_text(peel->reason));
		json_count(json, "callers", peel->callers);
		json_count(json, "allocations", peel->blocks);
		json_object_end(json);
	}
	json_array_end(json);
}

/* Write the rules of the file, and those of runtimes that match blocks of this process. */
static void suppressions_json(struct json_writer *json,
                              const struct suppressed *suppressed, bool are_shown)
{
	const struct suppression_use *use;
	uint32_t i;

	json_array(json, "suppressions");
	/*
	 * rule 0 is SUPPRESSED_NOT; a rule of the user's file is written even if it matches
	 * nothing, so that the user can find rules that are out of date
	 */
	for (i = 1; i <= suppressed->count; i++) {
		use = &suppressed->uses[i];
		if (!use->pattern && !use->blocks)
			continue;
		json_object_inline(json, NULL);
		json_string(json, "source", use->runtime ? use->runtime->runtime : use->file);
		json_count(json, "line", use->line);
		json_string(json, "pattern", use->pattern ? use->pattern : "");
		json_string(json, "reason", use->runtime ? use->runtime->reason : "");
		json_count(json, "blocks", use->blocks);
		json_count(json, "bytes", use->bytes);
		json_bool(json, "hidden", use->blocks && !use->is_exceeded && !are_shown);
		json_object_end(json);
	}
	json_array_end(json);
}

void classes_json(struct json_writer *json, const struct classes *classes)
{
	const struct profile *profile = classes->profile;
	/* without main() there is no end of initialisation: `known` is false and the time is 0 */
	bool has_main = classes->main_time != UINT64_MAX;

	json_string(json, "frames", classes->has_exact_frames ? "exact" : "plain");
	class_counts_json(json, &classes->all);
	exact_json(json, &classes->all);
	json_object(json, "init");
	json_bool(json, "known", has_main);
	json_count(json, "end_ns",
	           has_main ? process_time_ns(&profile->process->header, classes->main_time)
	                    : 0);
	json_object_end(json);
	peeled_json(json, classes);
	debug_gaps_json(json, classes);
	suppressions_json(json, &classes->suppressed, classes->shows_suppressed);
}

/* ---- call paths ---------------------------------------------------------------------- */

/*
 * Write an object whose keys are depths: how many blocks outlived so many frames. Keys are
 * strings in JSON, so each number is printed into one.
 */
static void depths_json(struct json_writer *json, const char *key,
                        const struct ranking *depths)
{
	char depth[16];
	size_t i;

	json_object_inline(json, key);
	for (i = 0; i < depths->count; i++) {
		snprintf(depth, sizeof(depth), "%u", depths->ranks[i].key);
		json_count(json, depth, depths->ranks[i].blocks);
	}
	json_object_end(json);
}

/*
 * Write a ranking of functions, most blocks first. For movers, `blocks` is the number of
 * their realloc calls.
 */
static void functions_json(struct json_writer *json, const char *key,
                           const struct classes *classes, const struct ranking *ranking)
{
	size_t i;

	json_array(json, key);
	for (i = 0; i < ranking->count; i++) {
		json_object_inline(json, NULL);
		function_keys_json(json, classes, ranking->ranks[i].key);
		json_count(json, "blocks", ranking->ranks[i].blocks);
		json_count(json, "bytes", ranking->ranks[i].bytes);
		json_object_end(json);
	}
	json_array_end(json);
}

/*
 * Write how long the blocks lived, in ns, of those whose end was seen. Times are kept in
 * quanta; process_span_ns() turns a span into ns. If none ended, the smallest age and the
 * mean have no value, and 0 is written.
 */
static void ages_json(struct json_writer *json, const struct profile *profile,
                      const struct life_summary *summary)
{
	const struct ring_header *header = &profile->process->header;
	uint64_t ended = summary->ended, limit_ns = 1000;
	unsigned i;

	json_object(json, "lifetime");
	json_count(json, "ended", ended);
	json_count(json, "ns_min", ended ? process_span_ns(header, summary->age_min) : 0);
	json_count(json, "ns_mean",
	           ended ? process_span_ns(header, summary->age_sum / ended) : 0);
	json_count(json, "ns_max", process_span_ns(header, summary->age_max));
	json_count(json, "allocations_between", ended ? summary->between_sum / ended : 0);
	json_count(json, "youngest", summary->youngest);
	/* each class of ages is ten times as wide as the one before; the last one has no limit */
	json_array(json, "histogram");
	for (i = 0; i < AGE_CLASSES; i++, limit_ns *= 10) {
		if (!summary->ages[i])
			continue;
		json_object_inline(json, NULL);
		json_count(json, "below_ns", i < AGE_CLASSES - 1 ? limit_ns : UINT64_MAX);
		json_count(json, "blocks", summary->ages[i]);
		json_object_end(json);
	}
	json_array_end(json);
	json_object_end(json);
}

/*
 * Write the blocks by their size. A rank's key is the number of bits of the size, so each
 * range is from one power of two to just below the next one; 0 bits are the size 0. A shift
 * by 64 is undefined in C, so the highest range is handled apart. The ranking, and so the
 * array, is empty if all blocks have one size.
 */
static void sizes_json(struct json_writer *json, const struct ranking *sizes)
{
	uint32_t bits;
	size_t i;

	json_array(json, "sizes");
	for (i = 0; i < sizes->count; i++) {
		bits = sizes->ranks[i].key;
		json_object_inline(json, NULL);
		json_count(json, "size_min", bits ? UINT64_C(1) << (bits - 1) : 0);
		json_count(json, "size_max",
		           bits < 64 ? (UINT64_C(1) << bits) - 1 : UINT64_MAX);
		json_count(json, "allocations", sizes->ranks[i].blocks);
		json_object_end(json);
	}
	json_array_end(json);
}

/* Write the wrappers skipped on the call path, innermost first. */
static void path_peeled_json(struct json_writer *json, const struct classes *classes,
                             uint32_t path)
{
	const struct replay *replay = &classes->profile->replay;
	uint32_t node = replay_path(replay, path)->node, i, function;

	json_array_inline(json, "peeled");
	for (i = 0; i < classes->peeling.path_frames[path]; i++) {
		/*
		 * the wrappers are the innermost frames, so the path begins at the node that
		 * allocates
		 */
		function = function_of_node(&classes->functions, classes->profile, node);
		json_string(json, NULL, classes->functions.functions[function].name);
		node = replay->tree.nodes[node].parent;
	}
	json_array_end(json);
}

/* ---- owners -------------------------------------------------------------------------- */

/*
 * Write a function that owns blocks, how many of them its callees passed up to it, and the
 * function that allocates most of what it owns.
 */
static void owner_json(struct json_writer *json, const struct findings *findings,
                       const struct owner *owner)
{
	char number[FUNCTION_NUMBER_BYTES];
	const struct classes *classes = findings->classes;

	json_object(json, NULL);
	json_string(json, "why", function_number_text(number, owner->function));
	function_keys_json(json, classes, owner->function);
	json_count(json, "blocks", owner->blocks);
	json_count(json, "bytes", owner->bytes);
	json_count(json, "passed_up", owner->blocks - owner->own_blocks);
	json_object_inline(json, "most_from");
	function_keys_json(json, classes,
	                   findings->call_sites.call_sites[owner->call_site].function);
	json_object_end(json);
	json_object_end(json);
}

int owners_json(struct json_writer *json, const struct findings *findings, uint64_t top)
{
	struct owners owners;
	size_t i;

	if (owners_make(&owners, findings->classes, &findings->call_sites))
		return -1;
	json_count(json, "owner_count", owners.count);
	json_array(json, "owners");
	for (i = 0; i < owners.count && (!top || i < top); i++)
		owner_json(json, findings, &owners.owners[i]);
	json_array_end(json);
	owners_release(&owners);
	return 0;
}

int path_classes_json(struct json_writer *json, const struct findings *findings,
                      uint32_t path)
{
	const struct classes *classes = findings->classes;
	struct life_summary summary = { .path_count = 0 };
	/* the same summary as that of --why, but of one call path only */
	int result = life_summary_add(&summary, classes, path);
	bool has_kinds;

	if (!result) {
		life_summary_sort(&summary, classes);
		has_kinds = summary.begun && !summary.is_sampled;
		json_count(json, "blocks", summary.counts.blocks);
		json_string(
			json, "verdict",
			verdict_key(class_counts_verdict(&summary.counts, summary.allocations)));
		class_counts_json(json, &summary.counts);
		exact_json(json, &summary.counts);
		depths_json(json, "escape_depths", &summary.depths);
		depths_json(json, "own_depths", &summary.left);
		depths_json(json, "machine_depths", &summary.machine_depths);
		path_peeled_json(json, classes, path);
		functions_json(json, "owners", classes, &summary.owners);
		functions_json(json, "freed_by", classes, &summary.freers);
		functions_json(json, "realloced_by", classes, &summary.movers);
		ages_json(json, classes->profile, &summary);
		sizes_json(json, &summary.sizes);
		json_string(json, "size_kind",
		            has_kinds ? size_kind_text(summary.size_kind) : "");
		/* a bound of 0 means that there is none */
		json_count(json, "size_bound",
		           summary.size_kind == SIZE_UNBOUNDED ? 0 : summary.largest_max);
		json_count(json, "size_settled", summary.settled);
		json_count(json, "largest_min", summary.largest_min);
		json_count(json, "largest_max", summary.largest_max);
		json_string(json, "live_kind",
		            summary.counts.shares[CLASS_LIVE].blocks
		                ? live_kind_text(class_counts_live(&summary.counts))
		                : "");
		json_count(json, "live_max", summary.live_max);
		json_count(json, "live_max_thread", summary.at_once);
		json_string(json, "live_max_kind",
		            has_kinds ? size_kind_text(summary.crowd_kind) : "");
		json_object_inline(json, "chains");
		json_count(json, "blocks", summary.chains);
		json_count(json, "reallocs", summary.chain_reallocs);
		json_count(json, "longest", summary.chain_longest);
		json_object_end(json);
		result = path_advice_json(json, findings, path);
	}
	life_summary_release(&summary);
	return result;
}
