/* trace/source_table.c - what return addresses are in the source, names apart. */
#include "trace/source_table.h"

#include "base/array.h"

#include <stdlib.h>
#include <string.h>

void source_table_init(struct source_table *table)
{
	*table = (struct source_table){
		.address_count = 1, .instance_count = 1, .pair_count = 1, .jumps_count = 1
	};
}

void source_table_release(struct source_table *table)
{
	free(table->addresses);
	free(table->instances);
	free(table->pairs);
	free(table->jumps);
	hash_index_release(&table->address_index);
	hash_index_release(&table->pair_index);
	hash_index_release(&table->jumps_index);
	source_table_init(table);
}

/* ---- addresses --------------------------------------------------------------------- */

static uint64_t address_hash_of(const void *context, uint32_t number)
{
	const struct source_address *address = &((const struct source_table *)context)
	                                            ->addresses[number];

	return hash_words(address->offset, address->module);
}

static bool address_is_same(const void *context, uint32_t number, const void *key)
{
	const struct source_address *one = &((const struct source_table *)context)
	                                        ->addresses[number];
	const struct source_address *other = key;

	return one->offset == other->offset && one->module == other->module;
}

uint32_t source_table_find(const struct source_table *table, uint32_t module,
                           uint64_t offset)
{
	const struct source_address like = { .offset = offset, .module = module };

	return hash_index_find(&table->address_index, hash_words(offset, module),
	                       address_is_same, table, &like);
}

uint32_t source_table_add(struct source_table *table,
                          const struct source_address *address,
                          const uint32_t *instances)
{
	uint32_t number = table->address_count;

	if (array_reserve(table->addresses, table->address_capacity, number + 1) ||
	    array_reserve(table->instances, table->instance_capacity,
	                  table->instance_count + address->count))
		return 0;
	table->addresses[number] = *address;
	table->addresses[number].first = table->instance_count;
	if (address->count)
		memcpy(table->instances + table->instance_count, instances,
		       address->count * sizeof(*instances));
	if (hash_index_add(&table->address_index,
	                   hash_words(address->offset, address->module), number,
	                   address_hash_of, table))
		return 0;
	table->instance_count += address->count;
	table->address_count++;
	return number;
}

/* ---- pairs and jumps --------------------------------------------------------------- */

static uint64_t pair_hash(const struct source_pair *pair)
{
	return hash_words(pair->from, pair->to);
}

static uint64_t pair_hash_of(const void *context, uint32_t number)
{
	return pair_hash(&((const struct source_table *)context)->pairs[number]);
}

static bool pair_is_same(const void *context, uint32_t number, const void *key)
{
	const struct source_pair *one = &((const struct source_table *)context)
	                                     ->pairs[number];
	const struct source_pair *other = key;

	return one->from == other->from && one->to == other->to;
}

const struct source_pair *source_table_pair(const struct source_table *table,
                                            uint32_t from, uint32_t to)
{
	const struct source_pair like = { .from = from, .to = to };
	uint32_t number = hash_index_find(&table->pair_index, pair_hash(&like),
	                                  pair_is_same, table, &like);

	return number ? &table->pairs[number] : NULL;
}

int source_table_add_pair(struct source_table *table, const struct source_pair *pair)
{
	if (source_table_pair(table, pair->from, pair->to))
		return 0;
	if (array_reserve(table->pairs, table->pair_capacity, table->pair_count + 1))
		return -1;
	table->pairs[table->pair_count] = *pair;
	if (hash_index_add(&table->pair_index, pair_hash(pair), table->pair_count,
	                   pair_hash_of, table))
		return -1;
	table->pair_count++;
	return 0;
}

static uint64_t jumps_hash(const struct source_jumps *jumps)
{
	return hash_words(hash_words(jumps->module, jumps->from), jumps->to);
}

static uint64_t jumps_hash_of(const void *context, uint32_t number)
{
	return jumps_hash(&((const struct source_table *)context)->jumps[number]);
}

static bool jumps_is_same(const void *context, uint32_t number, const void *key)
{
	const struct source_jumps *one = &((const struct source_table *)context)
	                                      ->jumps[number];
	const struct source_jumps *other = key;

	return one->module == other->module && one->from == other->from &&
	       one->to == other->to;
}

static uint32_t jumps_find(const struct source_table *table,
                           const struct source_jumps *like)
{
	return hash_index_find(&table->jumps_index, jumps_hash(like), jumps_is_same, table,
	                       like);
}

const struct source_jumps *source_table_jumps(const struct source_table *table,
                                              uint32_t module, uint32_t from,
                                              uint32_t to)
{
	const struct source_jumps like = { .module = module, .from = from, .to = to };
	uint32_t number = jumps_find(table, &like);

	return number ? &table->jumps[number] : NULL;
}

int source_table_add_jumps(struct source_table *table, const struct source_jumps *jumps)
{
	if (jumps_find(table, jumps))
		return 0;
	if (array_reserve(table->jumps, table->jumps_capacity, table->jumps_count + 1))
		return -1;
	table->jumps[table->jumps_count] = *jumps;
	if (hash_index_add(&table->jumps_index, jumps_hash(jumps), table->jumps_count,
	                   jumps_hash_of, table))
		return -1;
	table->jumps_count++;
	return 0;
}

/* ---- copies ------------------------------------------------------------------------ */

/* Copy the addresses; numbers[old] becomes the new number, 0 for those left out. */
static int addresses_copy(struct source_table *to, const struct source_table *from,
                          const bool *skipped, size_t modules, uint32_t *numbers)
{
	const struct source_address *address;
	uint32_t i;

	for (i = 1; i < from->address_count; i++) {
		address = &from->addresses[i];
		if (address->module < modules && skipped[address->module])
			continue;
		numbers[i] = source_table_add(to, address, from->instances + address->first);
		if (!numbers[i])
			return -1;
	}
	return 0;
}

int source_table_copy(struct source_table *to, const struct source_table *from,
                      const bool *skipped, size_t modules)
{
	uint32_t *numbers = calloc(from->address_count, sizeof(*numbers)), i;
	int result = numbers ? addresses_copy(to, from, skipped, modules, numbers) : -1;
	const struct source_jumps *jumps;
	struct source_pair pair;

	for (i = 1; i < from->pair_count && !result; i++) {
		pair = from->pairs[i];
		pair.from = numbers[pair.from];
		pair.to = numbers[pair.to];
		if (pair.from && pair.to)
			result = source_table_add_pair(to, &pair);
	}
	for (i = 1; i < from->jumps_count && !result; i++) {
		jumps = &from->jumps[i];
		if (jumps->module >= modules || !skipped[jumps->module])
			result = source_table_add_jumps(to, jumps);
	}
	free(numbers);
	return result;
}
