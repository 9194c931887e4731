/* verdict/growth_order.c - the growing call sites in the order in which a reader wants them. */
#include "verdict/growth_order.h"

#include "verdict/own_code.h"

#include <stdlib.h>

static bool is_mine(const struct classes *classes, uint32_t path)
{
	uint32_t function = function_of_node(&classes->functions, classes->profile,
	                                     classes_path_node(classes, path));

	return classes->functions.functions[function].is_mine;
}

static bool matters(const struct classes *classes, uint64_t bytes)
{
	return bytes >= GROWTH_MATTERS_BYTES &&
	       bytes >= classes->profile->replay.paths.peak_bytes / GROWTH_PEAK_DIVISOR;
}

int growth_compare(const struct classes *classes, bool is_mine_one, uint64_t one,
                   bool is_mine_two, uint64_t two)
{
	bool matters_one = matters(classes, one);

	if (!classes->functions.is_mine_given && matters_one != matters(classes, two))
		return matters_one ? -1 : 1;
	return own_code_compare(&classes->functions, is_mine_one, one, is_mine_two, two);
}

static int site_compare(const void *one, const void *two, void *context)
{
	const struct classes *classes = context;
	uint32_t number_a = *(const uint32_t *)one, number_b = *(const uint32_t *)two;
	const struct site_growth *a = &classes->growths.sites[number_a];
	const struct site_growth *b = &classes->growths.sites[number_b];
	int result = growth_compare(classes, is_mine(classes, a->path),
	                            site_growth_bytes(a), is_mine(classes, b->path),
	                            site_growth_bytes(b));

	if (result)
		return result;
	return number_a < number_b ? -1 : number_a > number_b;
}

uint32_t growth_order(const struct classes *classes, uint32_t *order)
{
	const struct site_growths *growths = &classes->growths;
	uint32_t i, count = 0;

	for (i = 0; i < growths->count; i++) {
		/* what other views hide is hidden here, too */
		if (growths->sites[i].kind == LIVE_GROWING && !growths->sites[i].is_local &&
		    growths->sites[i].hidden_bytes < growths->sites[i].end_bytes / 2)
			order[count++] = i;
	}
	if (count)
		qsort_r(order, count, sizeof(*order), site_compare, (void *)classes);
	return count;
}
