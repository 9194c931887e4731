/* replay/labels.c - sets of labels, and the blocks of their goroutines. */
#include "replay/labels.h"

#include "base/array.h"

#include <stdlib.h>
#include <string.h>

#define HEAD_BYTES 2 /* of a label: the bytes of key and value */

bool labels_are_valid(const uint8_t *record, uint32_t bytes)
{
	uint32_t count = record[0] >> 1, at = 1;

	for (; count; count--) {
		if (at + HEAD_BYTES > bytes)
			return false;
		at += HEAD_BYTES + record[at] + record[at + 1];
		if (at > bytes)
			return false;
	}
	return at == bytes;
}

static int label_compare(const void *one, const void *other)
{
	return strcmp(((const struct label *)one)->key, ((const struct label *)other)->key);
}

/* A map of Go's has its labels in any order. */
static void labels_sort(struct label_set *set, const uint8_t *record)
{
	const uint8_t *at = record + 1;
	char *text = set->text;
	uint32_t i;

	for (i = 0; i < set->count; i++) {
		uint8_t key = at[0], value = at[1];

		at += HEAD_BYTES;
		set->labels[i] = (struct label){ text, text + key + 1 };
		memcpy(text, at, key);
		text[key] = 0;
		text += key + 1;
		memcpy(text, at + key, value);
		text[value] = 0;
		text += value + 1;
		at += key + value;
	}
	qsort(set->labels, set->count, sizeof(*set->labels), label_compare);
}

static bool set_is_same(const void *context, uint32_t number, const void *key)
{
	const struct label_set *set = &((const struct label_table *)context)->sets[number];
	const struct label_set *other = key;
	uint32_t i;

	if (set->count != other->count || set->is_cut != other->is_cut)
		return false;
	for (i = 0; i < set->count; i++) {
		if (strcmp(set->labels[i].key, other->labels[i].key) != 0 ||
		    strcmp(set->labels[i].value, other->labels[i].value) != 0)
			return false;
	}
	return true;
}

static uint64_t set_hash(const struct label_set *set)
{
	uint64_t hash = set->count;
	uint32_t i;

	for (i = 0; i < set->count; i++)
		hash = hash_string(hash_string(hash, set->labels[i].key), set->labels[i].value);
	return hash;
}

static uint64_t hash_of(const void *context, uint32_t number)
{
	return set_hash(&((const struct label_table *)context)->sets[number]);
}

static void set_release(struct label_set *set)
{
	free(set->text);
	free(set->labels);
}

/* `record` has HEAD_BYTES for each label, which the ends of its two texts take. */
static int set_make(struct label_set *set, const uint8_t *record, uint32_t bytes)
{
	*set = (struct label_set){ .text = malloc(bytes),
		                       .count = record[0] >> 1,
		                       .is_cut = record[0] & 1 };
	set->labels = malloc((set->count + 1) * sizeof(*set->labels));
	if (!set->text || !set->labels)
		return -1;
	labels_sort(set, record);
	return 0;
}

/* Add the set, which the table then owns. Its number, or -1: memory is out. */
static int set_add(struct label_table *table, const struct label_set *set)
{
	uint32_t number = table->count ? table->count : 1;

	if (!table->count && live_table_init(&table->blocks))
		return -1;
	if (array_reserve_zeroed(table->sets, table->capacity, number + 1))
		return -1;
	table->sets[number] = *set;
	if (hash_index_add(&table->index, set_hash(set), number, hash_of, table))
		return -1;
	table->count = number + 1;
	return (int)number;
}

int labels_number(struct label_table *table, const uint8_t *record, uint32_t bytes)
{
	struct label_set set;
	uint32_t number;
	int added;

	if (!bytes)
		return 0;
	if (set_make(&set, record, bytes)) {
		set_release(&set);
		return -1;
	}
	number = hash_index_find(&table->index, set_hash(&set), set_is_same, table, &set);
	added = number ? (int)number : set_add(table, &set);
	if (number || added < 0)
		set_release(&set);
	return added;
}

int labels_begin(struct label_table *table, const struct call_paths *paths,
                 uint32_t set, uint64_t address, uint32_t blocks, uint64_t bytes)
{
	struct label_set *of = &table->sets[set];
	struct block *block;
	bool is_new;

	if (!set)
		return 0;
	block = live_table_add(&table->blocks, address, &is_new);
	if (!block)
		return -1;
	*block = (struct block){ .size = bytes, .path = set, .weight = blocks };
	if (!of->is_any) {
		of->is_any = true;
		of->share.peak_epoch = paths->peak_epoch;
	}
	of->allocations += blocks;
	of->bytes += blocks * bytes;
	live_share_grow(paths, &of->share, blocks, bytes);
	return 0;
}

void labels_end(struct label_table *table, const struct call_paths *paths,
                uint64_t address)
{
	struct label_set *of;
	struct block block;

	if (!live_table_remove(&table->blocks, address, &block))
		return;
	of = &table->sets[block.path];
	of->frees += block.weight;
	live_share_shrink(paths, &of->share, block.weight, block.size);
}

void labels_finish(struct label_table *table, const struct call_paths *paths)
{
	uint32_t i;

	for (i = 1; i < table->count; i++) {
		if (table->sets[i].is_any)
			live_share_touch(paths, &table->sets[i].share);
	}
}

/* Whether one of the set's labels is `which`. */
static bool set_has(const struct label_set *set, const char *which)
{
	const char *equals = strchr(which, '=');
	size_t key = equals ? (size_t)(equals - which) : strlen(which);
	const struct label *label;
	uint32_t i;

	for (i = 0; i < set->count; i++) {
		label = &set->labels[i];
		if (strncmp(label->key, which, key) == 0 && !label->key[key] &&
		    (!equals || strcmp(label->value, equals + 1) == 0))
			return true;
	}
	return false;
}

bool labels_flag(const struct label_table *table, const char *which, uint8_t *flags)
{
	bool is_any = false;
	uint32_t i;

	for (i = 1; i < table->count; i++) {
		if (set_has(&table->sets[i], which))
			flags[i] = is_any = true;
	}
	return is_any;
}

int labels_text(struct text *text, const struct label_set *set)
{
	uint32_t i;

	for (i = 0; i < set->count; i++) {
		if (text_printf(text, "%s%s=%s", i ? " " : "", set->labels[i].key,
		                set->labels[i].value))
			return -1;
	}
	return set->is_cut ? text_printf(text, " ..") : 0;
}

void labels_release(struct label_table *table)
{
	uint32_t i;

	for (i = 1; i < table->count; i++)
		set_release(&table->sets[i]);
	free(table->sets);
	hash_index_release(&table->index);
	if (table->count)
		live_table_release(&table->blocks);
	*table = (struct label_table){ NULL, 0, 0, { NULL, 0, 0 }, { NULL, NULL, 0, 0 } };
}
