/* verdict/kinds.c - the kinds of blocks by name. */
#include "verdict/kinds.h"

#include "verdict/advice.h"

#include <stdlib.h>

const char *block_kind_text(enum block_kind kind)
{
	static const char *const texts[KIND_COUNT] = { "",          "local",   "scoped",
		                                           "contained", "growing", "grown",
		                                           "steady",    "once" };

	return texts[kind];
}

enum life_class block_kind_class(enum block_kind kind)
{
	return kind >= KIND_GROWING ? CLASS_LIVE : CLASS_STACK;
}

static struct class_share split_share(const struct kind_split *split,
                                      enum block_kind kind)
{
	switch (kind) {
	case KIND_LOCAL: return split->local;
	case KIND_SCOPED: return split->scoped;
	case KIND_CONTAINED: return split->contained;
	default: return split->live[LIVE_GROWING + (unsigned)(kind - KIND_GROWING)];
	}
}

struct class_share *class_shares_by_path(const struct findings *findings,
                                         enum verdict class, enum block_kind kind)
{
	const struct classes *classes = findings->classes;
	const struct call_sites *sites = &findings->call_sites;
	uint32_t paths = classes->profile->replay.paths.count, i;
	struct class_share *shares = calloc(paths, sizeof(*shares));
	struct kind_split split;

	for (i = 1; shares && i < paths; i++) {
		if (kind == KIND_ALL) {
			shares[i] = *class_counts_share(&classes->paths[i], class);
			continue;
		}
		if (call_path_is_empty(profile_path(classes->profile, i)))
			continue;
		split = (struct kind_split){ .local = { 0, 0 } };
		kind_split_add(&split, classes, &sites->call_sites[sites->of_path[i]],
		               &classes->paths[i]);
		shares[i] = split_share(&split, kind);
	}
	return shares;
}
