/* verdict/call_sites.c - the call paths of a profile, by call site. */
#include "verdict/call_sites.h"

#include <stdlib.h>

#define PLACE_NEW UINT32_MAX

static uint32_t place_find(struct places *places, const struct classes *classes,
                           uint32_t *of_location, uint32_t site)
{
	const struct call_node *nodes = classes->profile->replay.tree.nodes;
	uint32_t location = nodes[classes_site_node(classes, site)].location;
	struct place *place;

	if (of_location[location] == PLACE_NEW) {
		of_location[location] = places->count;
		place = &places->places[places->count++];
		place->location = location;
		place->function = classes->functions.of_location[location];
	}
	return of_location[location];
}

static int places_fill(struct places *places, const struct classes *classes,
                       uint32_t *of_location)
{
	uint32_t sites = classes->profile->replay.sites.count, i;

	for (i = 0; i <= classes->functions.location_count; i++)
		of_location[i] = PLACE_NEW;
	for (i = 1; i < sites; i++) {
		places->of_site[i] = place_find(places, classes, of_location, i);
		if (life_summary_add(&places->places[places->of_site[i]].summary, classes, i))
			return -1;
	}
	for (i = 0; i < places->count; i++)
		life_summary_sort(&places->places[i].summary, classes);
	return 0;
}

int places_make(struct places *places, const struct classes *classes)
{
	uint32_t sites = classes->profile->replay.sites.count;
	uint32_t locations = classes->functions.location_count + 1, *of_location;
	int result = -1;

	*places = (struct places){ .count = 0 };
	places->places = calloc(sites < locations ? sites : locations,
	                        sizeof(*places->places));
	places->of_site = calloc(sites, sizeof(*places->of_site));
	of_location = malloc(locations * sizeof(*of_location));
	if (places->places && places->of_site && of_location)
		result = places_fill(places, classes, of_location);
	free(of_location);
	return result;
}

void places_release(struct places *places)
{
	uint32_t i;

	for (i = 0; i < places->count; i++)
		life_summary_release(&places->places[i].summary);
	free(places->places);
	free(places->of_site);
	*places = (struct places){ .count = 0 };
}
