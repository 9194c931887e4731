/* verdict/class_counts.c - sums of blocks by class, and what to call many blocks. */
#include "verdict/class_counts.h"

/* ---- words ------------------------------------------------------------------------- */

static const struct {
	const char *text, *key;
} verdicts[VERDICT_COUNT] = {
	[CLASS_STACK] = { "stack-like", "stack_like" },
	[CLASS_ESCAPING] = { "escaping", "escaping" },
	[CLASS_CROSSED] = { "crossed", "crossed" },
	[CLASS_STATIC] = { "static-like", "static_like" },
	[CLASS_LIVE] = { "live at exit", "live" },
	[VERDICT_SUPPRESSED] = { "suppressed", "suppressed" },
	[VERDICT_INFERRED] = { "inferred", "inferred" },
	[VERDICT_OPEN] = { "open", "open" },
	[VERDICT_UNKNOWN] = { "unknown", "unknown" },
	[VERDICT_MIXED] = { "mixed", "mixed" },
	[VERDICT_GROWS] = { "grows", "grows" },
};

const char *verdict_text(enum verdict verdict)
{
	return verdicts[verdict].text;
}

const char *verdict_key(enum verdict verdict)
{
	return verdicts[verdict].key;
}

const struct class_share *class_counts_share(const struct class_counts *counts,
                                             enum verdict class)
{
	switch (class) {
	case VERDICT_SUPPRESSED: return &counts->suppressed;
	case VERDICT_INFERRED: return &counts->inferred;
	case VERDICT_OPEN: return &counts->open;
	case VERDICT_UNKNOWN: return &counts->unknown;
	default: return &counts->shares[class];
	}
}

/* Whether so many blocks have a property that it is reported for all of them. */
static bool is_verdict(const struct class_counts *counts, uint64_t blocks)
{
	return blocks * 100 >= counts->blocks * VERDICT_PERCENT;
}

/*
 * As VERDICT_PERCENT is more than half, at most one class has so many. A path that allocated,
 * but has no block, only continued blocks of other paths by realloc.
 */
enum verdict class_counts_verdict(const struct class_counts *counts,
                                  uint64_t allocations)
{
	unsigned class;

	if (!counts->blocks)
		return allocations ? VERDICT_GROWS : VERDICT_UNKNOWN;
	for (class = 0; class < CLASS_COUNT; class ++) {
		if (is_verdict(counts, counts->shares[class].blocks))
			return (enum verdict) class;
	}
	if (is_verdict(counts, counts->suppressed.blocks))
		return VERDICT_SUPPRESSED;
	if (is_verdict(counts, counts->inferred.blocks))
		return VERDICT_INFERRED;
	if (is_verdict(counts, counts->open.blocks))
		return VERDICT_OPEN;
	return is_verdict(counts, counts->unknown.blocks) ? VERDICT_UNKNOWN : VERDICT_MIXED;
}

/* What most of the bytes are; where two kinds have as many, the one that asks for more care. */
enum live_kind class_counts_live(const struct class_counts *counts)
{
	unsigned kind, most = LIVE_GROWING;

	for (kind = 0; kind < LIVE_KINDS; kind++) {
		if (counts->kinds[kind].bytes > counts->kinds[most].bytes)
			most = kind;
	}
	/* blocks of 0 bytes have a kind, too */
	for (kind = 0; !counts->kinds[most].blocks && kind < LIVE_KINDS; kind++)
		most = kind;
	return most;
}

void class_share_add(struct class_share *to, const struct class_share *from)
{
	to->blocks += from->blocks;
	to->bytes += from->bytes;
}

void class_counts_add(struct class_counts *to, const struct class_counts *from)
{
	unsigned class, kind;

	for (class = 0; class < CLASS_COUNT; class ++)
		class_share_add(&to->shares[class], &from->shares[class]);
	class_share_add(&to->inferred, &from->inferred);
	class_share_add(&to->open, &from->open);
	class_share_add(&to->unknown, &from->unknown);
	class_share_add(&to->suppressed, &from->suppressed);
	to->exact_blocks += from->exact_blocks;
	to->exact_cut_blocks += from->exact_cut_blocks;
	to->compared_blocks += from->compared_blocks;
	to->cut_blocks += from->cut_blocks;
	to->blocks += from->blocks;
	for (kind = 0; kind < LIVE_KINDS; kind++)
		class_share_add(&to->kinds[kind], &from->kinds[kind]);
	to->proved += from->proved;
	to->supported += from->supported;
	to->owner_open += from->owner_open;
}
