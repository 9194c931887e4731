/*
 * replay/labels.h - what goroutines with the same pprof labels allocated in C.
 */
#ifndef OUTLIVE_REPLAY_LABELS_H
#define OUTLIVE_REPLAY_LABELS_H

#include "base/hash_index.h"
#include "base/text.h"
#include "replay/call_paths.h"
#include "replay/live_table.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The program's own texts: escape them. */
struct label {
	const char *key, *value;
};

struct label_set {
	char *text;           /* of all keys and values */
	struct label *labels; /* by key */
	uint32_t count;
	bool is_cut; /* it has more labels, or longer ones */
	bool is_any; /* something was counted */
	uint64_t allocations, bytes, frees;
	struct live_share share;
};

/* Zeroed: empty. */
struct label_table {
	struct label_set *sets; /* [0]: no labels; nothing is counted there */
	uint32_t count, capacity;
	struct hash_index index;
	/* those with labels: `path` is the number of the set, `size` as in its share */
	struct live_table blocks;
};

/* Whether these bytes of a record are labels. */
bool labels_are_valid(const uint8_t *record, uint32_t bytes);

/* The number of these labels, which are valid, added if new; 0: no bytes. -1: memory is out. */
int labels_number(struct label_table *table, const uint8_t *record, uint32_t bytes);

/*
 * So many blocks, which end together, begin by a goroutine with these labels; call it before
 * call_paths_grow(). 0, or -1:
 * memory is out.
 */
int labels_begin(struct label_table *table, const struct call_paths *paths,
                 uint32_t set, uint64_t address, uint32_t blocks, uint64_t bytes);

/* A block ends, if it has labels; call it before call_paths_shrink(). */
void labels_end(struct label_table *table, const struct call_paths *paths,
                uint64_t address);

/* Call after the last event: what did not change since the peak still lacks its share of it. */
void labels_finish(struct label_table *table, const struct call_paths *paths);

/*
 * Set the flags of those sets, by number, that have the label `which`: "KEY=VALUE", or "KEY" with
 * any value. False: there are none.
 */
bool labels_flag(const struct label_table *table, const char *which, uint8_t *flags);

/* Append "KEY=VALUE KEY=VALUE"; " .." if more were left out. 0, or -1: memory is out. */
int labels_text(struct text *text, const struct label_set *set);

void labels_release(struct label_table *table);

#endif
