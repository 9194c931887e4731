/* peeling.c - which functions only allocate for their callers. Layer 9. */
#include "peeling.h"

#include "allocator_names.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#define ROUNDS_MAX 16 /* wrappers of wrappers of ... */

struct peeling_work {
	struct peeling *peeling;
	const struct profile *profile;
	const struct function_table *functions;
	struct peel_count {
		uint64_t escaped, stayed;
		uint32_t callers;
	} *counts; /* by function */
	struct peel_call {
		uint32_t function, caller;
	} *calls;
	size_t call_count;
};

const char *peel_reason_text(enum peel_reason reason)
{
	static const char *const texts[] = { "", "built in", "--wrapper", "automatic" };

	return texts[reason];
}

/* The name without its parameters: what a user would write. */
static bool is_user_wrapper(const char *name, const char *const *wrappers, size_t count)
{
	char plain[512];
	size_t i, length = strcspn(name, "(");

	if (length >= sizeof(plain))
		length = sizeof(plain) - 1;
	memcpy(plain, name, length);
	plain[length] = 0;
	for (i = 0; i < count; i++) {
		if (!fnmatch(wrappers[i], plain, 0) || !fnmatch(wrappers[i], name, 0))
			return true;
	}
	return false;
}

static void names_peel(struct peeling_work *work, const char *const *wrappers,
                       size_t wrapper_count)
{
	const char *name;
	uint32_t i;

	for (i = 1; i < work->functions->count; i++) {
		name = work->functions->functions[i].name;
		if (!*name)
			continue;
		if (is_user_wrapper(name, wrappers, wrapper_count))
			work->peeling->functions[i].reason = PEEL_USER;
		else if (is_allocator_name(name))
			work->peeling->functions[i].reason = PEEL_BUILTIN;
	}
}

/* The frame that `frames` peeled ones leave innermost; never the outermost's parent. */
static uint32_t site_peel(const struct peeling_work *work, uint32_t site, uint32_t *node)
{
	const struct replay *replay = &work->profile->replay;
	uint32_t peeled = 0, function;

	*node = replay->sites.sites[site].node;
	while (replay->tree.nodes[*node].parent != CALL_ROOT) {
		function = function_of_node(work->functions, work->profile, *node);
		if (!work->peeling->functions[function].reason)
			break;
		*node = replay->tree.nodes[*node].parent;
		peeled++;
	}
	return peeled;
}

static void depths_count(const struct tally_pool *tally, uint32_t list, uint32_t peeled,
                         struct peel_count *count)
{
	for (; list; list = tally->cells[list].next) {
		if (tally->cells[list].key > peeled)
			count->escaped += tally->cells[list].blocks;
		else
			count->stayed += tally->cells[list].blocks;
	}
}

static int call_compare(const void *one, const void *two)
{
	const struct peel_call *a = one, *b = two;

	if (a->function != b->function)
		return a->function < b->function ? -1 : 1;
	return a->caller < b->caller ? -1 : a->caller > b->caller;
}

static void callers_count(struct peeling_work *work)
{
	size_t i;

	qsort(work->calls, work->call_count, sizeof(*work->calls), call_compare);
	for (i = 0; i < work->call_count; i++) {
		if (!i || call_compare(&work->calls[i - 1], &work->calls[i]))
			work->counts[work->calls[i].function].callers++;
	}
}

/* What the functions that are innermost now do with their blocks. */
static void round_count(struct peeling_work *work)
{
	const struct replay *replay = &work->profile->replay;
	const struct site_life *life;
	uint32_t i, node, function, caller, peeled;

	memset(work->counts, 0, work->functions->count * sizeof(*work->counts));
	work->call_count = 0;
	for (i = 1; i < replay->sites.count; i++) {
		peeled = site_peel(work, i, &node);
		work->peeling->site_frames[i] = peeled;
		if (node == CALL_ROOT || replay->tree.nodes[node].parent == CALL_ROOT)
			continue;
		life = &replay->lives.sites.sites[i];
		function = function_of_node(work->functions, work->profile, node);
		caller = function_of_node(work->functions, work->profile,
		                          replay->tree.nodes[node].parent);
		depths_count(&replay->lives.sites.tally, life->depths, peeled,
		             &work->counts[function]);
		depths_count(&replay->lives.sites.tally, life->depths_inferred, peeled,
		             &work->counts[function]);
		if (caller != function)
			work->calls[work->call_count++] =
				(struct peel_call){ function, caller };
	}
	callers_count(work);
}

/* Whether anything more was peeled. */
static bool round_peel(struct peeling_work *work)
{
	const struct peel_count *count;
	bool has_more = false;
	uint32_t i;

	round_count(work);
	for (i = 1; i < work->functions->count; i++) {
		count = &work->counts[i];
		if (count->stayed || count->escaped < PEEL_BLOCKS_MIN ||
		    count->callers < PEEL_CALLERS_MIN ||
		    !*work->functions->functions[i].name)
			continue;
		work->peeling->functions[i].reason = PEEL_AUTOMATIC;
		work->peeling->functions[i].callers = count->callers;
		has_more = true;
	}
	return has_more;
}

/* How much each peeled function has to do with. */
static void blocks_count(struct peeling_work *work)
{
	const struct replay *replay = &work->profile->replay;
	uint32_t i, peeled, node;
	uint64_t blocks;

	for (i = 1; i < replay->sites.count; i++) {
		blocks = replay->sites.sites[i].allocations;
		node = replay->sites.sites[i].node;
		peeled = site_peel(work, i, &work->peeling->site_frames[0]);
		work->peeling->site_frames[i] = peeled;
		for (; peeled; peeled--, node = replay->tree.nodes[node].parent)
			work->peeling->functions[function_of_node(work->functions,
			                                          work->profile, node)]
				.blocks += blocks;
	}
	work->peeling->site_frames[0] = 0;
}

int peeling_make(struct peeling *peeling, const struct profile *profile,
                 const struct function_table *functions, const char *const *wrappers,
                 size_t wrapper_count)
{
	struct peeling_work work = { .peeling = peeling, .profile = profile,
		                     .functions = functions };
	size_t sites = profile->replay.sites.count;
	unsigned round = 0;
	int result = -1;

	peeling->functions = calloc(functions->count, sizeof(*peeling->functions));
	peeling->site_frames = calloc(sites + 1, sizeof(*peeling->site_frames));
	work.counts = calloc(functions->count, sizeof(*work.counts));
	work.calls = malloc((sites + 1) * sizeof(*work.calls));
	if (peeling->functions && peeling->site_frames && work.counts && work.calls) {
		names_peel(&work, wrappers, wrapper_count);
		while (round++ < ROUNDS_MAX && round_peel(&work))
			;
		blocks_count(&work);
		result = 0;
	}
	free(work.counts);
	free(work.calls);
	return result;
}

void peeling_release(struct peeling *peeling)
{
	free(peeling->functions);
	free(peeling->site_frames);
	*peeling = (struct peeling){ NULL, NULL };
}
