/* trace/source_block.c - reads and writes the payload of a SOURCES block. */
#include "trace/source_block.h"

#include "trace/payload_part.h"
#include "trace_format.h"

#include <stdlib.h>
#include <string.h>

/* ---- reading ----------------------------------------------------------------------- */

/* The parts of a payload, with lengths checked. They may be unaligned. */
struct payload {
	struct sources_header header;
	const uint8_t *addresses, *instances, *pairs, *jumps;
};

static int payload_split(struct payload *payload, const uint8_t *data, size_t bytes,
                         struct error *error)
{
	struct sources_header *header = &payload->header;
	uint64_t left;

	if (bytes < sizeof(*header))
		return error_set(error, "the sources are shorter than their header");
	memcpy(header, data, sizeof(*header));
	data += sizeof(*header);
	left = bytes - sizeof(*header);
	payload->addresses = payload_part_take(&data, &left, header->address_count,
	                                       sizeof(struct sources_address));
	if (!payload->addresses)
		return error_set(error, "the sources have no room for their addresses");
	payload->instances = payload_part_take(&data, &left, header->instance_count,
	                                       sizeof(uint32_t));
	if (!payload->instances)
		return error_set(error, "the sources have no room for their instances");
	payload->pairs = payload_part_take(&data, &left, header->pair_count,
	                                   sizeof(struct sources_pair));
	if (!payload->pairs)
		return error_set(error, "the sources have no room for their pairs");
	payload->jumps = payload_part_take(&data, &left, header->jump_count,
	                                   sizeof(struct sources_jump));
	if (!payload->jumps)
		return error_set(error, "the sources have no room for their jumps");
	return 0;
}

static struct sources_address payload_address(const struct payload *payload, uint64_t i)
{
	struct sources_address address;

	memcpy(&address, payload->addresses + i * sizeof(address), sizeof(address));
	return address;
}

static struct sources_pair payload_pair(const struct payload *payload, uint64_t i)
{
	struct sources_pair pair;

	memcpy(&pair, payload->pairs + i * sizeof(pair), sizeof(pair));
	return pair;
}

static struct sources_jump payload_jump(const struct payload *payload, uint64_t i)
{
	struct sources_jump jump;

	memcpy(&jump, payload->jumps + i * sizeof(jump), sizeof(jump));
	return jump;
}

/* Checks all before anything is added, so that a damaged block adds nothing. */
static int payload_check(const struct payload *payload, struct error *error)
{
	const struct sources_header *header = &payload->header;
	struct sources_address address;
	struct sources_pair pair;
	uint64_t i, used = 0;

	for (i = 0; i < header->address_count; i++) {
		address = payload_address(payload, i);
		used += address.instance_count;
		if (address.instance_first > header->instance_count ||
		    address.instance_count > header->instance_count - address.instance_first ||
		    address.instance_count > SOURCE_CHAIN_MAX || used > header->instance_count)
			return error_set(error,
			                 "sources: address %llu has instances that are not there",
			                 (unsigned long long)i);
	}
	for (i = 0; i < header->pair_count; i++) {
		pair = payload_pair(payload, i);
		if (pair.from >= header->address_count || pair.to >= header->address_count ||
		    pair.merged > SOURCE_CHAIN_MAX)
			return error_set(error,
			                 "sources: pair %llu has addresses that are not there",
			                 (unsigned long long)i);
	}
	for (i = 0; i < header->jump_count; i++) {
		if (payload_jump(payload, i).number >= SOURCE_JUMPS_MAX)
			return error_set(error, "sources: jump %llu is one of too many",
			                 (unsigned long long)i);
	}
	return 0;
}

/* Add an address unless the table has it; its number, or 0 when memory is out. */
static uint32_t address_load(struct source_table *table, const struct payload *payload,
                             uint64_t i)
{
	struct sources_address address = payload_address(payload, i);
	uint32_t number = source_table_find(table, address.module, address.offset);
	uint32_t instances[SOURCE_CHAIN_MAX];

	if (number)
		return number;
	memcpy(instances,
	       payload->instances + (size_t)address.instance_first * sizeof(*instances),
	       address.instance_count * sizeof(*instances));
	return source_table_add(table,
	                        &(struct source_address){
								.offset = address.offset,
								.module = address.module,
								.count = address.instance_count,
								.called = address.called,
								.is_part = address.flags & SOURCES_PART,
							},
	                        instances);
}

static int pairs_load(struct source_table *table, const struct payload *payload,
                      const uint32_t *numbers)
{
	struct sources_pair pair;
	uint64_t i;

	for (i = 0; i < payload->header.pair_count; i++) {
		pair = payload_pair(payload, i);
		if (source_table_add_pair(
				table, &(struct source_pair){ numbers[pair.from], numbers[pair.to],
		                                      pair.merged, pair.kept }))
			return -1;
	}
	return 0;
}

/* Jumps of one way follow each other, and are numbered from 0. */
static int jumps_load(struct source_table *table, const struct payload *payload)
{
	struct source_jumps jumps = { .count = 0 };
	struct sources_jump jump;
	uint64_t i;

	for (i = 0; i < payload->header.jump_count; i++) {
		jump = payload_jump(payload, i);
		if (jump.number == 0) {
			if (jumps.count && source_table_add_jumps(table, &jumps))
				return -1;
			jumps = (struct source_jumps){ .module = jump.module,
				                           .from = jump.from,
				                           .to = jump.to };
		}
		if (jump.number == jumps.count)
			jumps.offsets[jumps.count++] = jump.offset;
	}
	return jumps.count ? source_table_add_jumps(table, &jumps) : 0;
}

int source_block_load(struct source_table *table, const uint8_t *data, size_t bytes,
                      struct error *error)
{
	struct payload payload;
	uint32_t *numbers;
	uint64_t i;
	int result = 0;

	if (payload_split(&payload, data, bytes, error) || payload_check(&payload, error))
		return -1;
	numbers = calloc(payload.header.address_count + 1, sizeof(*numbers));
	for (i = 0; numbers && i < payload.header.address_count && !result; i++) {
		numbers[i] = address_load(table, &payload, i);
		result = numbers[i] ? 0 : -1;
	}
	if (!numbers || result || pairs_load(table, &payload, numbers) ||
	    jumps_load(table, &payload))
		result = error_set(error, "out of memory for the sources");
	free(numbers);
	return result;
}

/* ---- writing ----------------------------------------------------------------------- */

static int address_order(const void *one, const void *two, void *context)
{
	const struct source_address *addresses = context;
	const struct source_address *a = &addresses[*(const uint32_t *)one];
	const struct source_address *b = &addresses[*(const uint32_t *)two];

	if (a->module != b->module)
		return a->module < b->module ? -1 : 1;
	return a->offset < b->offset ? -1 : a->offset > b->offset;
}

static int pair_compare(const void *one, const void *two)
{
	const struct sources_pair *a = one, *b = two;

	if (a->from != b->from)
		return a->from < b->from ? -1 : 1;
	return a->to < b->to ? -1 : a->to > b->to;
}

static int jumps_compare(const void *one, const void *two)
{
	const struct source_jumps *a = one, *b = two;

	if (a->module != b->module)
		return a->module < b->module ? -1 : 1;
	if (a->from != b->from)
		return a->from < b->from ? -1 : 1;
	return a->to < b->to ? -1 : a->to > b->to;
}

static int addresses_save(const struct source_table *table, const uint32_t *order,
                          struct text *payload)
{
	const struct source_address *from;
	struct sources_address address;
	uint32_t i, first = 0;

	for (i = 0; i + 1 < table->address_count; i++) {
		from = &table->addresses[order[i]];
		address = (struct sources_address){ .offset = from->offset,
			                                .module = from->module,
			                                .instance_first = first,
			                                .instance_count = from->count,
			                                .called = from->called,
			                                .flags = from->is_part ? SOURCES_PART : 0 };
		first += from->count;
		if (text_add(payload, (const char *)&address, sizeof(address)))
			return -1;
	}
	for (i = 0; i + 1 < table->address_count; i++) {
		from = &table->addresses[order[i]];
		if (from->count &&
		    text_add(payload, (const char *)(table->instances + from->first),
		             from->count * sizeof(*table->instances)))
			return -1;
	}
	return 0;
}

/* `indexes`: by number of an address, its index in the block. */
static int pairs_save(const struct source_table *table, const uint32_t *indexes,
                      struct text *payload)
{
	uint32_t count = table->pair_count - 1, i;
	struct sources_pair *pairs = malloc((count + (size_t)1) * sizeof(*pairs));
	int result;

	if (!pairs)
		return -1;
	for (i = 0; i < count; i++)
		pairs[i] = (struct sources_pair){ .from = indexes[table->pairs[i + 1].from],
			                              .to = indexes[table->pairs[i + 1].to],
			                              .merged = table->pairs[i + 1].merged,
			                              .kept = table->pairs[i + 1].kept };
	qsort(pairs, count, sizeof(*pairs), pair_compare);
	result = text_add(payload, (const char *)pairs, count * sizeof(*pairs));
	free(pairs);
	return result;
}

static int jumps_save(const struct source_table *table, struct text *payload)
{
	uint32_t count = table->jumps_count - 1, i, j;
	struct source_jumps *sorted = malloc((count + (size_t)1) * sizeof(*sorted));
	struct sources_jump jump;
	int result = sorted ? 0 : -1;

	if (sorted && count) {
		memcpy(sorted, table->jumps + 1, count * sizeof(*sorted));
		qsort(sorted, count, sizeof(*sorted), jumps_compare);
	}
	for (i = 0; !result && i < count; i++) {
		for (j = 0; !result && j < sorted[i].count; j++) {
			jump = (struct sources_jump){ .offset = sorted[i].offsets[j],
				                          .module = sorted[i].module,
				                          .from = sorted[i].from,
				                          .to = sorted[i].to,
				                          .number = j };
			result = text_add(payload, (const char *)&jump, sizeof(jump));
		}
	}
	free(sorted);
	return result;
}

static struct sources_header header_of(const struct source_table *table)
{
	struct sources_header header = { .address_count = table->address_count - 1,
		                             .pair_count = table->pair_count - 1 };
	uint32_t i;

	for (i = 1; i < table->address_count; i++)
		header.instance_count += table->addresses[i].count;
	for (i = 1; i < table->jumps_count; i++)
		header.jump_count += table->jumps[i].count;
	return header;
}

/* All is sorted, so the order in which things were asked for does not show in the trace. */
int source_block_save(const struct source_table *table, struct text *payload)
{
	struct sources_header header = header_of(table);
	uint32_t count = table->address_count - 1, i;
	uint32_t *order = malloc((count + (size_t)1) * sizeof(*order));
	uint32_t *indexes = malloc((count + (size_t)1) * sizeof(*indexes));
	int result = -1;

	for (i = 0; order && i < count; i++)
		order[i] = i + 1;
	if (order && count)
		qsort_r(order, count, sizeof(*order), address_order, table->addresses);
	for (i = 0; order && indexes && i < count; i++)
		indexes[order[i]] = i;
	if (order && indexes && !text_add(payload, (const char *)&header, sizeof(header)) &&
	    !addresses_save(table, order, payload) &&
	    !pairs_save(table, indexes, payload) && !jumps_save(table, payload))
		result = 0;
	free(order);
	free(indexes);
	return result;
}
