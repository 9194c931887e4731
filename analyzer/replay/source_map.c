/* replay/source_map.c - which source frames a machine location stands for. */
#include "replay/source_map.h"

#include "base/array.h"

#include <stdlib.h>
#include <string.h>

int source_map_init(struct source_map *map, struct address_map *addresses,
                    struct source_table *table, const struct symbol_table *symbols,
                    const struct source_answers *answers)
{
	*map = (struct source_map){ .addresses = addresses,
		                        .table = table,
		                        .symbols = symbols,
		                        .answers = answers,
		                        .location_count = 1,
		                        .instance_count = 1,
		                        .evidence = 1 };
	return array_reserve_zeroed(map->locations, map->location_capacity, 1);
}

void source_map_release(struct source_map *map)
{
	free(map->locations);
	free(map->machine);
	free(map->chains);
	free(map->callees);
	free(map->instances);
	hash_index_release(&map->instance_index);
	*map = (struct source_map){ .addresses = NULL };
}

/* Add a source location: its number, or 0 when memory is out. */
static uint32_t location_add(struct source_map *map, uint32_t machine, uint32_t first,
                             uint32_t count)
{
	if (array_reserve(map->locations, map->location_capacity, map->location_count + 1))
		return 0;
	map->locations[map->location_count] = (struct source_location){
		.machine = machine, .first = (uint8_t)first, .count = (uint8_t)count
	};
	return map->location_count++;
}

/* ---- instances --------------------------------------------------------------------- */

static uint64_t instance_hash_of(const void *context, uint32_t number)
{
	const struct source_instance_seen *instance = &((const struct source_map *)context)
	                                                   ->instances[number];

	return hash_words(instance->number, instance->module);
}

static bool instance_is_same(const void *context, uint32_t number, const void *key)
{
	const struct source_instance_seen *one = &((const struct source_map *)context)
	                                              ->instances[number];
	const struct source_instance_seen *other = key;

	return one->number == other->number && one->module == other->module;
}

static uint32_t instance_find(const struct source_map *map, uint32_t module,
                              uint32_t number)
{
	const struct source_instance_seen like = { .module = module, .number = number };

	return hash_index_find(&map->instance_index, hash_words(number, module),
	                       instance_is_same, map, &like);
}

/*
 * The instance of that number, made if it is new: then `machine` and `first` describe its
 * call's source location. 0: memory is out.
 */
static uint32_t instance_of(struct source_map *map, uint32_t module, uint32_t number,
                            uint32_t machine, uint32_t first)
{
	uint32_t found = instance_find(map, module, number), location;

	if (found)
		return found;
	location = location_add(map, machine, first, 1);
	if (!location ||
	    array_reserve(map->instances, map->instance_capacity, map->instance_count + 1))
		return 0;
	map->instances[map->instance_count] = (struct source_instance_seen){
		.module = module, .number = number, .location = location
	};
	if (hash_index_add(&map->instance_index, hash_words(number, module),
	                   map->instance_count, instance_hash_of, map))
		return 0;
	return map->instance_count++;
}

/* ---- machine locations ------------------------------------------------------------- */

/* The number of the location's address in the table, which is asked for if it is new. */
static uint32_t address_of(struct source_map *map, uint32_t location)
{
	const struct location *at = address_map_location(map->addresses, location);
	uint32_t number = source_table_find(map->table, at->module, at->offset);
	struct source_address address = { .module = at->module, .offset = at->offset };
	uint32_t instances[SOURCE_CHAIN_MAX];

	if (number)
		return number;
	if (map->answers && at->module != MODULE_NONE &&
	    map->answers->address(map->answers->context, at, &address, instances))
		return 0;
	return source_table_add(map->table, &address, instances);
}

/* Whether a call has no line, in a file whose other calls have lines. */
static bool is_vague(const struct source_map *map, uint32_t location)
{
	const struct location *at = address_map_location(map->addresses, location);
	const struct symbol_frame *frames;
	size_t count;

	frames = symbol_table_find(map->symbols, at->module, at->offset, &count);
	return count && *frames[0].file && !frames[0].line;
}

/*
 * Make the source locations of a machine location: one for the call of each instance in it, and
 * one for the machine call itself.
 */
static int chain_make(struct source_map *map, struct machine_source *source,
                      uint32_t location, uint32_t number)
{
	const struct source_address *address = &map->table->addresses[number];
	uint32_t count = address->count ? address->count : 1, i, made, callee;

	if (array_reserve(map->chains, map->chain_capacity, map->chain_count + count) ||
	    array_reserve(map->callees, map->callee_capacity, map->chain_count + count))
		return -1;
	source->first = map->chain_count;
	source->count = count;
	source->module = address->module;
	source->called = address->called;
	source->is_part = address->is_part;
	source->is_vague = address->count && is_vague(map, location);
	for (i = count; i-- > 0;) {
		const uint32_t *instances = map->table->instances + address->first;

		callee = i ? instance_of(map, address->module, instances[i - 1], location, i)
		           : 0;
		if (i && !callee)
			return -1;
		made = i ? map->instances[callee].location
		         : location_add(map, location, 0, address->count ? 1 : 0);
		if (!made)
			return -1;
		if (!i)
			map->locations[made].is_vague = source->is_vague;
		map->callees[map->chain_count] = callee;
		map->chains[map->chain_count++] = made;
	}
	if (address->count)
		source->function = map->table->instances[address->first + address->count - 1];
	return 0;
}

struct machine_source *source_map_meet(struct source_map *map, uint32_t location)
{
	struct machine_source source = { .begun = SOURCE_NEVER, .ended = SOURCE_NEVER };
	uint32_t number = address_of(map, location);

	if (!number || chain_make(map, &source, location, number) ||
	    array_reserve_zeroed(map->machine, map->machine_capacity, location + 1))
		return NULL;
	source.address = number;
	map->machine[location] = source;
	return &map->machine[location];
}

/* ---- transitions ------------------------------------------------------------------- */

/* The instances of a machine location, innermost first. */
static const uint32_t *instances_of(const struct source_map *map,
                                    const struct machine_source *source)
{
	return map->table->instances + map->table->addresses[source->address].first;
}

/* How many inlined instances two locations of one machine function have in common. */
static uint32_t common_count(const struct source_map *map,
                             const struct machine_source *one,
                             const struct machine_source *two)
{
	const uint32_t *a = instances_of(map, one) + one->count - 1;
	const uint32_t *b = instances_of(map, two) + two->count - 1;
	uint32_t most = one->count < two->count ? one->count : two->count, count = 0;

	while (count + 1 < most && a[-1 - (int)count] == b[-1 - (int)count])
		count++;
	return count;
}

/* The answer of the table, or of whoever is asked. 0, or -1 when memory is out. */
static int pair_find(struct source_map *map, uint32_t from, uint32_t to,
                     struct transition *transition)
{
	struct source_pair pair = { .from = map->machine[from].address,
		                        .to = map->machine[to].address };
	const struct source_pair *known = source_table_pair(map->table, pair.from, pair.to);

	if (!known && map->answers) {
		if (map->answers->pair(map->answers->context,
		                       address_map_location(map->addresses, from),
		                       address_map_location(map->addresses, to), &pair) ||
		    source_table_add_pair(map->table, &pair))
			return -1;
		known = &pair;
	}
	if (!known)
		return 0;
	/* Nothing that the table says is believed beyond what both locations have. */
	transition->kept = known->kept;
	if (transition->common < 63)
		transition->kept &= (UINT64_C(2) << transition->common) - 1;
	if (transition->common + known->merged < map->machine[from].count &&
	    transition->common + known->merged < map->machine[to].count)
		transition->merged = (uint8_t)known->merged;
	return 0;
}

struct transition *source_map_compare(struct source_map *map, uint32_t from,
                                      uint32_t to)
{
	const struct machine_source *one = &map->machine[from], *two = &map->machine[to];
	struct transition transition = { .to = to,
		                             .is_same = one->function &&
		                                        one->function == two->function &&
		                                        one->module == two->module };

	if (transition.is_same) {
		transition.common = (uint8_t)common_count(map, one, two);
		if (one->count > 1 && two->count > 1 && pair_find(map, from, to, &transition))
			return NULL;
		if (!transition.common)
			transition.kept = 1;
	}
	map->machine[from].recent = transition;
	return &map->machine[from].recent;
}

/* ---- what the run shows ------------------------------------------------------------ */

/* Flag the instances at a location from position `from` to `to`, the outermost being 1. */
static void instances_mark(struct source_map *map, const struct machine_source *source,
                           uint32_t from, uint32_t to, bool is_end)
{
	struct source_instance_seen *seen;
	uint32_t i;

	map->evidence++;
	for (i = from; i <= to; i++) {
		seen = &map->instances[map->callees[source->first + i - 1]];
		if (is_end)
			seen->has_ended = true;
		else
			seen->has_begun = true;
	}
}

/* Rarely anything new: each location's numbers only fall. */
void source_map_ended(struct source_map *map, uint32_t location, uint32_t kept)
{
	struct machine_source *source = &map->machine[location];
	uint32_t before = source->ended == SOURCE_NEVER ? source->count - 1 : source->ended;

	if (kept >= source->ended)
		return;
	instances_mark(map, source, kept + 1, before, true);
	source->ended = (uint8_t)kept;
}

void source_map_begun(struct source_map *map, uint32_t location, uint32_t kept)
{
	struct machine_source *source = &map->machine[location];
	uint32_t before = source->begun == SOURCE_NEVER ? source->count - 1 : source->begun;

	if (kept >= source->begun)
		return;
	instances_mark(map, source, kept + 1, before, false);
	source->begun = (uint8_t)kept;
}

/*
 * If exactly k instances were kept and not more, an activation of the next one ended with the
 * call at `from`, and another began with the call at `to`. Where activations of it are known,
 * and none ended or none began so, that did not happen.
 */
uint64_t source_map_weigh(const struct source_map *map, uint32_t from, uint32_t to,
                          uint64_t kept)
{
	const struct machine_source *one = &map->machine[from], *two = &map->machine[to];
	const struct source_instance_seen *seen;
	uint64_t supported = kept;
	uint32_t most = 63 - (uint32_t)__builtin_clzll(kept), k;

	for (k = 0; k < most; k++) {
		if (!(kept >> k & 1))
			continue;
		seen = &map->instances[map->callees[one->first + k]];
		if ((seen->has_begun && two->begun > k) || (seen->has_ended && one->ended > k))
			supported &= ~(UINT64_C(1) << k);
	}
	return supported;
}

/* ---- jumps ------------------------------------------------------------------------- */

int source_map_jumps_of(struct source_map *map, uint32_t module, uint32_t function,
                        uint32_t to, uint32_t *locations)
{
	const struct source_jumps *known = source_table_jumps(map->table, module, function,
	                                                      to);
	struct source_jumps jumps = { .module = module, .from = function, .to = to };
	uint32_t i;

	if (known) {
		jumps = *known;
	} else if (map->answers) {
		if (map->answers->jumps(map->answers->context, &jumps) ||
		    source_table_add_jumps(map->table, &jumps))
			return -1;
	}
	for (i = 0; i < jumps.count; i++) {
		locations[i] = address_map_locate(map->addresses, module, jumps.offsets[i]);
		if (locations[i] == LOCATION_NONE || !source_map_machine(map, locations[i]))
			return -1;
	}
	return (int)jumps.count;
}

int source_map_jumps(struct source_map *map, uint32_t from, uint32_t function,
                     uint32_t *locations)
{
	const struct machine_source *source = &map->machine[from];
	int count = 0;

	if (source->called && source->called != function)
		count = source_map_jumps_of(map, source->module, source->called, function,
		                            locations);
	if (!count)
		map->machine[from].no_jump = function + 1;
	return count;
}
