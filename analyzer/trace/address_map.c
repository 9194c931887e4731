/* trace/address_map.c - which module was loaded where, and when, in one process. */
#include "trace/address_map.h"

#include "base/array.h"
#include "trace/definitions.h"
#include "base/hash_index.h"
#include "trace_format.h"

#include <stdlib.h>
#include <string.h>

/*
 * A recording that defines more is damaged or hostile. The limit bounds the memory that it
 * can claim, and lets a module's index + 1 fit into a hash_index.
 */
#define MODULES_MAX (1u << 20)
#define CACHE_BITS 12

/* All modules that start at one address, in the order of time. */
struct module_group {
	uint64_t start;
	uint64_t end_max; /* the highest end here and at all lower starts: ends a search */
	uint32_t first, count; /* in `order` */
};

/*
 * An answer of address_map_find(), which holds for times in [time_from, time_to). location 0:
 * the entry was never used.
 */
struct cached {
	uint64_t address, time_from, time_to;
	uint32_t location;
};

struct address_map {
	struct module *modules; /* in the order of their definitions */
	size_t module_count, module_capacity;
	uint32_t *order; /* module indices by (start, time_from) */
	struct module_group *groups;
	size_t group_count;
	uint64_t *changes; /* times of loads and unloads, ascending, each once */
	size_t change_count;
	struct location *locations;
	size_t location_count, location_capacity;
	struct hash_index location_index, file_index;
	struct cached cache[1 << CACHE_BITS];
};

/*
 * Location 0 exists from the start but is never given out: 0 is LOCATION_NONE, and the hash
 * index has no number 0.
 */
struct address_map *address_map_new(void)
{
	struct address_map *map = calloc(1, sizeof(*map));

	if (!map)
		return NULL;
	map->location_capacity = 1024;
	map->locations = calloc(map->location_capacity, sizeof(*map->locations));
	if (!map->locations) {
		free(map);
		return NULL;
	}
	map->locations[0].module = MODULE_NONE;
	map->location_count = 1;
	return map;
}

void address_map_free(struct address_map *map)
{
	size_t i;

	if (!map)
		return;
	for (i = 0; i < map->module_count; i++)
		free(map->modules[i].path);
	free(map->modules);
	free(map->order);
	free(map->groups);
	free(map->changes);
	free(map->locations);
	hash_index_release(&map->location_index);
	hash_index_release(&map->file_index);
	free(map);
}

static uint64_t file_hash(const struct module *module)
{
	return hash_bytes(hash_string(module->build_id_bytes, module->path),
	                  module->build_id, module->build_id_bytes);
}

/* file_index holds module indices + 1, since 0 stands for "none" there. */
static uint64_t file_hash_of(const void *context, uint32_t number)
{
	return file_hash(&((const struct address_map *)context)->modules[number - 1]);
}

static bool file_is_same(const void *context, uint32_t number, const void *key)
{
	const struct module *one = &((const struct address_map *)context)
	                                ->modules[number - 1];
	const struct module *other = key;

	return one->build_id_bytes == other->build_id_bytes &&
	       !memcmp(one->build_id, other->build_id, one->build_id_bytes) &&
	       !strcmp(one->path, other->path);
}

/*
 * Set module->number: the index of the first definition of the same file, or the next index if
 * the file is new.
 */
static int module_number(struct address_map *map, struct module *module)
{
	uint64_t hash = file_hash(module);
	uint32_t number = hash_index_find(&map->file_index, hash, file_is_same, map,
	                                  module);

	module->number = number ? number - 1 : (uint32_t)map->module_count;
	if (number)
		return 0;
	return hash_index_add(&map->file_index, hash, module->number + 1, file_hash_of,
	                      map);
}

/* Takes ownership of module->path, even if it fails. */
static int module_add(struct address_map *map, struct module *module)
{
	if (array_reserve(map->modules, map->module_capacity, map->module_count + 1) ||
	    module_number(map, module)) {
		free(module->path);
		return -1;
	}
	map->modules[map->module_count++] = *module;
	return 0;
}

/*
 * Read one MODULE record. Every length in it comes from the recording, so each is checked
 * before it is used. The path ends where the record says, without a NUL, and may hold one.
 */
static int module_load(struct address_map *map, const uint8_t *data, size_t bytes,
                       struct error *error)
{
	struct module_definition definition;
	struct module module = { .time_to = TIME_NEVER };

	if (bytes < sizeof(definition))
		return error_set(error, "a module definition is too short");
	memcpy(&definition, data, sizeof(definition));
	if (definition.path_bytes > bytes - sizeof(definition))
		return error_set(error, "a module's path is longer than its record");
	if (definition.build_id_bytes > BUILD_ID_BYTES_MAX)
		return error_set(error, "a module's build-id is too long");
	if (definition.start >= definition.end)
		return error_set(error, "a module ends before it starts");
	if (map->module_count >= MODULES_MAX)
		return error_set(error, "too many modules");
	module.start = definition.start;
	module.end = definition.end;
	module.bias = definition.bias;
	module.time_from = definition.header.time;
	module.build_id_bytes = definition.build_id_bytes;
	memcpy(module.build_id, definition.build_id, BUILD_ID_BYTES_MAX);
	module.path = strndup((const char *)data + sizeof(definition),
	                      definition.path_bytes);
	if (!module.path || module_add(map, &module))
		return error_set(error, "out of memory for the modules");
	return 0;
}

/* End the newest module with these bounds that is still loaded. */
static int module_gone_load(struct address_map *map, const uint8_t *data, size_t bytes,
                            struct error *error)
{
	struct module_gone_definition gone;
	struct module *module;
	size_t i;

	if (bytes < sizeof(gone))
		return error_set(error, "the definition of a module's end is too short");
	memcpy(&gone, data, sizeof(gone));
	for (i = map->module_count; i-- > 0;) {
		module = &map->modules[i];
		if (module->start == gone.start && module->end == gone.end &&
		    module->time_to == TIME_NEVER) {
			if (gone.header.time >= module->time_from)
				module->time_to = gone.header.time;
			break;
		}
	}
	return 0;
}

int address_map_load(struct address_map *map, const uint8_t *data, size_t bytes,
                     struct error *error)
{
	struct definition_cursor cursor = { .data = data, .bytes = bytes };
	int result = 0, bad;

	while (definition_next(&cursor)) {
		bad = 0;
		if (cursor.header.kind == DEFINITION_MODULE)
			bad = module_load(map, cursor.record, cursor.header.bytes,
			                  result ? NULL : error);
		else if (cursor.header.kind == DEFINITION_MODULE_GONE)
			bad = module_gone_load(map, cursor.record, cursor.header.bytes,
			                       result ? NULL : error);
		if (bad)
			result = -1;
	}
	return definition_end(&cursor, result ? NULL : error) ? -1 : result;
}

/*
 * Order modules by start, then by the time of their load. Equal ones keep the order of their
 * definitions, so that the result does not depend on qsort_r().
 */
static int order_compare(const void *one, const void *two, void *context)
{
	const struct module *modules = context;
	const struct module *a = &modules[*(const uint32_t *)one];
	const struct module *b = &modules[*(const uint32_t *)two];

	if (a->start != b->start)
		return a->start < b->start ? -1 : 1;
	if (a->time_from != b->time_from)
		return a->time_from < b->time_from ? -1 : 1;
	return a < b ? -1 : a > b;
}

static int time_compare(const void *one, const void *two)
{
	uint64_t a = *(const uint64_t *)one, b = *(const uint64_t *)two;

	return a < b ? -1 : a > b;
}

/*
 * Group the sorted modules by their start. end_max carries the highest end so far from each
 * group to the next, so it never decreases: module_find() relies on that.
 */
static void groups_build(struct address_map *map)
{
	const struct module *module;
	struct module_group *group = NULL;
	size_t i;

	for (i = 0; i < map->module_count; i++) {
		module = &map->modules[map->order[i]];
		if (!group || group->start != module->start) {
			map->groups[map->group_count] = (struct module_group){
				.start = module->start,
				.end_max = group ? group->end_max : 0,
				.first = (uint32_t)i,
			};
			group = &map->groups[map->group_count++];
		}
		if (module->end > group->end_max)
			group->end_max = module->end;
		group->count++;
	}
}

/*
 * Collect the times at which an answer may change. Each is kept once, so that a search finds
 * the next different time at once.
 */
static void changes_build(struct address_map *map)
{
	size_t i, kept = 0, count = 0;

	for (i = 0; i < map->module_count; i++) {
		map->changes[count++] = map->modules[i].time_from;
		if (map->modules[i].time_to != TIME_NEVER)
			map->changes[count++] = map->modules[i].time_to;
	}
	qsort(map->changes, count, sizeof(*map->changes), time_compare);
	for (i = 0; i < count; i++) {
		if (!kept || map->changes[kept - 1] != map->changes[i])
			map->changes[kept++] = map->changes[i];
	}
	map->change_count = kept;
}

/*
 * Each module has one start at most, and a load and perhaps an unload: so this is room
 * enough. The + 1 keeps calloc(0) from returning NULL for an empty map.
 */
int address_map_seal(struct address_map *map)
{
	size_t i;

	/* what was found until now may be in one of the modules that were added */
	memset(map->cache, 0, sizeof(map->cache));
	free(map->order);
	free(map->groups);
	free(map->changes);
	map->group_count = map->change_count = 0;
	map->order = calloc(map->module_count + 1, sizeof(*map->order));
	map->groups = calloc(map->module_count + 1, sizeof(*map->groups));
	map->changes = calloc(2 * map->module_count + 1, sizeof(*map->changes));
	if (!map->order || !map->groups || !map->changes)
		return -1;
	for (i = 0; i < map->module_count; i++)
		map->order[i] = (uint32_t)i;
	qsort_r(map->order, map->module_count, sizeof(*map->order), order_compare,
	        map->modules);
	groups_build(map);
	changes_build(map);
	return 0;
}

/*
 * Among the modules of one start address: the last one loaded no later than `time`. If none was
 * loaded yet, the first one: the recorder writes a definition only when the module's code is
 * already running, so events can be older than it.
 */
static const struct module *group_module(const struct address_map *map,
                                         const struct module_group *group,
                                         uint64_t time)
{
	size_t low = 0, high = group->count, middle;

	while (low < high) {
		middle = (low + high) / 2;
		if (map->modules[map->order[group->first + middle]].time_from <= time)
			low = middle + 1;
		else
			high = middle;
	}
	return &map->modules[map->order[group->first + (low ? low - 1 : 0)]];
}

/*
 * Find the module that was loaded around `address` at `time`. Modules of different times may
 * overlap, so the search goes back from the last start at or before the address, as long as
 * any module there or further down ends above it. A module that was loaded only after `time`
 * is the answer if no other fits: see group_module().
 */
static const struct module *module_find(const struct address_map *map, uint64_t address,
                                        uint64_t time)
{
	const struct module *module, *later = NULL;
	size_t low = 0, high = map->group_count, middle;

	while (low < high) {
		middle = (low + high) / 2;
		if (map->groups[middle].start <= address)
			low = middle + 1;
		else
			high = middle;
	}
	while (low-- > 0 && map->groups[low].end_max > address) {
		module = group_module(map, &map->groups[low], time);
		if (address >= module->end || time >= module->time_to)
			continue;
		if (module->time_from <= time)
			return module;
		later = module;
	}
	return later;
}

static uint64_t location_hash(const void *context, uint32_t number)
{
	const struct location *location = &((const struct address_map *)context)
	                                       ->locations[number];

	return hash_words(location->offset, location->module);
}

static bool location_is_same(const void *context, uint32_t number, const void *key)
{
	const struct location *one = &((const struct address_map *)context)
	                                  ->locations[number];
	const struct location *other = key;

	return one->offset == other->offset && one->module == other->module;
}

uint32_t address_map_locate(struct address_map *map, uint32_t module, uint64_t offset)
{
	uint64_t hash = hash_words(offset, module);
	const struct location location = { module, offset };
	uint32_t number = hash_index_find(&map->location_index, hash, location_is_same, map,
	                                  &location);

	if (number)
		return number;
	if (array_reserve(map->locations, map->location_capacity, map->location_count + 1))
		return LOCATION_NONE;
	number = (uint32_t)map->location_count;
	map->locations[number] = location;
	if (hash_index_add(&map->location_index, hash, number, location_hash, map))
		return LOCATION_NONE;
	map->location_count++;
	return number;
}

uint64_t address_map_change_after(const struct address_map *map, uint64_t time)
{
	size_t low = 0, high = map->change_count, middle;

	while (low < high) {
		middle = (low + high) / 2;
		if (map->changes[middle] <= time)
			low = middle + 1;
		else
			high = middle;
	}
	return low < map->change_count ? map->changes[low] : TIME_NEVER;
}

/*
 * The cache has one entry for each hash of an address. A program returns to few addresses
 * again and again, so nearly all questions end here.
 */
uint32_t address_map_find(struct address_map *map, uint64_t address, uint64_t time)
{
	struct cached *cached = &map->cache[FORMAT_HASH(address, CACHE_BITS)];
	const struct module *module;
	uint32_t location;

	if (cached->address == address && cached->location && time >= cached->time_from &&
	    time < cached->time_to)
		return cached->location;
	module = module_find(map, address, time);
	if (module)
		location = address_map_locate(map, module->number, address - module->bias);
	else
		location = address_map_locate(map, MODULE_NONE, address);
	/* The answer holds until anything is loaded or unloaded, at whatever address. */
	*cached = (struct cached){ address, time, address_map_change_after(map, time),
		                       location };
	return location;
}

size_t address_map_module_count(const struct address_map *map)
{
	return map->module_count;
}

const struct module *address_map_module(const struct address_map *map, uint32_t number)
{
	return &map->modules[number];
}

size_t address_map_location_count(const struct address_map *map)
{
	return map->location_count;
}

const struct location *address_map_location(const struct address_map *map,
                                            uint32_t number)
{
	return &map->locations[number];
}
