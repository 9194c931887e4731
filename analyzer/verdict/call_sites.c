/* verdict/call_sites.c - the call paths of a profile, by call site. */
#include "verdict/call_sites.h"

#include <stdlib.h>

#define CALL_SITE_NEW UINT32_MAX

/*
 * The number of the call path's call site, made if it is new. `of_location`: by location, the
 * number of its call site, or CALL_SITE_NEW.
 */
static uint32_t call_site_find(struct call_sites *call_sites,
                               const struct classes *classes, uint32_t *of_location,
                               uint32_t path)
{
	const struct call_node *nodes = classes->profile->replay.tree.nodes;
	uint32_t location = nodes[classes_path_node(classes, path)].location;
	struct call_site *call_site;

	if (of_location[location] == CALL_SITE_NEW) {
		of_location[location] = call_sites->count;
		call_site = &call_sites->call_sites[call_sites->count++];
		call_site->location = location;
		call_site->function = classes->functions.of_location[location];
	}
	return of_location[location];
}

/*
 * Add each call path to its call site. A summary is complete only after the last path, so all
 * of them are sorted at the end.
 */
static int call_sites_fill(struct call_sites *call_sites, const struct classes *classes,
                           uint32_t *of_location)
{
	uint32_t paths = classes->profile->replay.paths.count, i;

	for (i = 0; i <= classes->functions.location_count; i++)
		of_location[i] = CALL_SITE_NEW;
	for (i = 1; i < paths; i++) {
		if (call_path_is_empty(profile_path(classes->profile, i)))
			continue;
		call_sites->of_path[i] = call_site_find(call_sites, classes, of_location, i);
		if (life_summary_add(&call_sites->call_sites[call_sites->of_path[i]].summary,
		                     classes, i))
			return -1;
	}
	for (i = 0; i < call_sites->count; i++)
		life_summary_sort(&call_sites->call_sites[i].summary, classes);
	return 0;
}

int call_sites_make(struct call_sites *call_sites, const struct classes *classes)
{
	uint32_t paths = classes->profile->replay.paths.count;
	uint32_t locations = classes->functions.location_count + 1, *of_location;
	int result = -1;

	*call_sites = (struct call_sites){ .count = 0 };
	/*
	 * there are no more call sites than call paths or than locations, so the array need not
	 * grow
	 */
	call_sites->call_sites = calloc(paths < locations ? paths : locations,
	                                sizeof(*call_sites->call_sites));
	call_sites->of_path = calloc(paths, sizeof(*call_sites->of_path));
	of_location = malloc(locations * sizeof(*of_location));
	if (call_sites->call_sites && call_sites->of_path && of_location)
		result = call_sites_fill(call_sites, classes, of_location);
	free(of_location);
	return result;
}

void call_sites_release(struct call_sites *call_sites)
{
	uint32_t i;

	for (i = 0; i < call_sites->count; i++)
		life_summary_release(&call_sites->call_sites[i].summary);
	free(call_sites->call_sites);
	free(call_sites->of_path);
	*call_sites = (struct call_sites){ .count = 0 };
}
