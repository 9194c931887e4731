/* verdict/owners.c - the functions to whose frames blocks belonged. */
#include "verdict/owners.h"

#include "verdict/own_code.h"

#include <stdlib.h>

static int owner_compare(const void *one, const void *two, void *context)
{
	const struct function_table *table = context;
	const struct owner *a = one, *b = two;
	int result = own_code_compare(table, table->functions[a->function].is_mine,
	                              a->bytes, table->functions[b->function].is_mine,
	                              b->bytes);

	/* what owns nothing is cut off at the end */
	if (!a->blocks != !b->blocks)
		return a->blocks ? -1 : 1;
	if (result)
		return result;
	if (a->bytes != b->bytes)
		return a->bytes > b->bytes ? -1 : 1;
	if (a->blocks != b->blocks)
		return a->blocks > b->blocks ? -1 : 1;
	return a->function < b->function ? -1 : a->function > b->function;
}

/* `all` is indexed by function. */
static void call_site_add(struct owner *all, const struct call_sites *call_sites,
                          uint32_t number)
{
	const struct call_site *call_site = &call_sites->call_sites[number];
	const struct rank *rank;
	struct owner *owner;
	size_t i;

	for (i = 0; i < call_site->summary.owners.count; i++) {
		rank = &call_site->summary.owners.ranks[i];
		owner = &all[rank->key];
		owner->blocks += rank->blocks;
		owner->bytes += rank->bytes;
		if (rank->key == call_site->function)
			owner->own_blocks += rank->blocks;
		if (rank->blocks > owner->largest) {
			owner->largest = rank->blocks;
			owner->call_site = number;
		}
	}
}

int owners_make(struct owners *owners, const struct classes *classes,
                const struct call_sites *call_sites)
{
	uint32_t functions = classes->functions.count, i;

	*owners = (struct owners){ calloc(functions, sizeof(struct owner)), 0 };
	if (!owners->owners)
		return -1;
	for (i = 0; i < functions; i++)
		owners->owners[i].function = i;
	for (i = 0; i < call_sites->count; i++)
		call_site_add(owners->owners, call_sites, i);
	qsort_r(owners->owners, functions, sizeof(struct owner), owner_compare,
	        (void *)&classes->functions);
	/* Functions that own nothing were sorted to the end: cut them off. */
	while (owners->count < functions && owners->owners[owners->count].blocks)
		owners->count++;
	return 0;
}

void owners_release(struct owners *owners)
{
	free(owners->owners);
	*owners = (struct owners){ NULL, 0 };
}
