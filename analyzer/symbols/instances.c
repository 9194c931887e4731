/* symbols/instances.c - a tree of instances for each machine function. */
#include "symbols/instances.h"

#include "base/array.h"

void instances_release(struct instances *instances)
{
	free(instances->list);
	free(instances->ranges);
	free(instances->keys);
	hash_index_release(&instances->by_key);
}

static uint64_t key_hash_of(const void *context, uint32_t number)
{
	return hash_words(((const struct instances *)context)->keys[number], 0);
}

static bool key_is(const void *context, uint32_t number, const void *key)
{
	return ((const struct instances *)context)->keys[number] == *(const uint64_t *)key;
}

uint32_t instances_find(const struct instances *instances, uint64_t key)
{
	return hash_index_find(&instances->by_key, hash_words(key, 0), key_is, instances,
	                       &key);
}

uint32_t instances_add(struct instances *instances, uint32_t parent, uint64_t key)
{
	uint32_t number = instances->count + 1;
	struct instance *instance;

	if (array_reserve(instances->list, instances->capacity, number + 1) ||
	    array_reserve_zeroed(instances->keys, instances->key_capacity, number + 1))
		return 0;
	instances->keys[number] = key;
	if (key && hash_index_add(&instances->by_key, hash_words(key, 0), number,
	                          key_hash_of, instances))
		return 0;
	instance = &instances->list[number];
	*instance = (struct instance){ .low = UINT64_MAX,
		                           .parent = parent,
		                           .range_first = instances->range_count };
	instance->function = parent ? instances->list[parent].function : number;
	if (parent && instances->list[parent].child)
		instances->list[instances->list[parent].last].next = number;
	else if (parent)
		instances->list[parent].child = number;
	if (parent)
		instances->list[parent].last = number;
	instances->count = number;
	return number;
}

int instances_add_range(struct instances *instances, uint64_t low, uint64_t high)
{
	struct instance *instance = &instances->list[instances->count];

	if (array_reserve(instances->ranges, instances->range_capacity,
	                  instances->range_count + 1))
		return -1;
	instances->ranges[instances->range_count++] = (struct code_range){ low, high };
	instance->range_count++;
	if (low < instance->low)
		instance->low = low;
	if (high > instance->high)
		instance->high = high;
	return 0;
}

bool instances_is_at(const struct instances *instances, const struct instance *instance,
                     uint64_t address)
{
	const struct code_range *range = &instances->ranges[instance->range_first];
	uint32_t i;

	if (address < instance->low || address >= instance->high)
		return false;
	for (i = 0; i < instance->range_count; i++) {
		if (address >= range[i].low && address < range[i].high)
			return true;
	}
	return false;
}

/* The instance directly inside `parent` at the address; 0: none. */
static uint32_t child_at(const struct instances *instances, uint32_t parent,
                         uint64_t address)
{
	uint32_t number = instances->list[parent].child;

	while (number && !instances_is_at(instances, &instances->list[number], address))
		number = instances->list[number].next;
	return number;
}

unsigned instances_chain(const struct instances *instances, uint32_t function,
                         uint64_t address, uint32_t *chain, unsigned max)
{
	uint32_t number = function;
	unsigned count = 0;

	for (; number && count < max; number = child_at(instances, number, address)) {
		if (!instances->list[number].is_rest)
			chain[count++] = number;
	}
	return count;
}
