/* replay/profile_symbols.c - names for the addresses of a profile that have none yet. */
#include "replay/profile_symbols.h"

#include "replay/source_answers.h"
#include "symbols/name_variants.h"
#include "symbols/namesakes.h"

int profile_symbolize(struct profile *profile, struct symbolizer *symbolizer,
                      size_t *asked)
{
	struct source_answerer *answerer = source_answerer_new(profile->symbols,
	                                                       profile->map, symbolizer);
	size_t count = 0, i;
	int result = 0;

	if (!answerer)
		return -1;
	if (profile->renamed)
		source_answerer_limit(answerer, profile->renamed);
	for (i = 1; i < address_map_location_count(profile->map) && !result; i++)
		result = source_answerer_name(
			answerer, address_map_location(profile->map, (uint32_t)i), &count);
	if (asked)
		*asked = count;
	if (!result)
		result = source_answerer_missing(answerer);
	source_answerer_free(answerer);
	if (!result)
		result = namesakes_tell(profile->symbols, profile->map);
	return result ? result : name_variants_tell(profile->symbols);
}
