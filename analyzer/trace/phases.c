/* trace/phases.c - the phases of one process. */
#include "trace/phases.h"

#include "base/array.h"
#include "trace/definitions.h"
#include "trace_format.h"

#include <stdlib.h>
#include <string.h>

#define RECORDS_MAX 16384 /* a process writes at most about 4,100 */

struct phase_record {
	uint64_t time;
	uint32_t phase; /* enum phase */
	uint32_t thread;
	uint32_t order;  /* position in the trace, for equal times */
	uint32_t number; /* of a PHASE_NAMED; PHASE_NUMBER_NONE: none begins */
};

/* Returns the number of the new phase; -1: no memory. `name` need not end with a NUL. */
static int total_add(struct phases *phases, const char *name, size_t bytes)
{
	struct phase_total *total;

	if (array_reserve(phases->totals, phases->capacity, phases->count + 1))
		return -1;
	total = &phases->totals[phases->count];
	*total = (struct phase_total){ .name = strndup(name, bytes) };
	return total->name ? (int)phases->count++ : -1;
}

struct phases *phases_new(void)
{
	struct phases *phases = calloc(1, sizeof(*phases));

	if (!phases)
		return NULL;
	if (total_add(phases, "load", 4) < 0 || total_add(phases, "main", 4) < 0 ||
	    total_add(phases, "exit", 4) < 0) {
		phases_free(phases);
		return NULL;
	}
	return phases;
}

void phases_free(struct phases *phases)
{
	uint32_t i;

	if (!phases)
		return;
	for (i = 0; i < phases->count; i++)
		free(phases->totals[i].name);
	free(phases->totals);
	free(phases->spans);
	free(phases->named);
	free(phases->records);
	hash_index_release(&phases->names);
	free(phases);
}

/* ---- loading --------------------------------------------------------------------- */

/* A name as in a definition: not terminated. */
struct phase_name {
	const char *name;
	size_t bytes;
};

static uint64_t name_hash_of(const void *context, uint32_t number)
{
	const char *name = ((const struct phases *)context)->totals[number].name;

	return hash_bytes(1, name, strlen(name));
}

static bool name_is_same(const void *context, uint32_t number, const void *key)
{
	const char *name = ((const struct phases *)context)->totals[number].name;
	const struct phase_name *other = key;

	return strlen(name) == other->bytes && !memcmp(name, other->name, other->bytes);
}

/* The number of a phase that the program named, added if new; -1 when memory is out. */
static int number_of(struct phases *phases, const char *name, size_t bytes)
{
	const struct phase_name like = { name, bytes };
	uint64_t hash = hash_bytes(1, name, bytes);
	uint32_t number = hash_index_find(&phases->names, hash, name_is_same, phases,
	                                  &like);
	int added;

	if (number)
		return (int)number;
	added = total_add(phases, name, bytes);
	if (added >= 0 &&
	    hash_index_add(&phases->names, hash, (uint32_t)added, name_hash_of, phases))
		return -1;
	return added;
}

static int record_add(struct phases *phases, const struct phase_record *record)
{
	if (array_reserve(phases->records, phases->record_capacity,
	                  phases->record_count + 1))
		return -1;
	phases->records[phases->record_count++] = *record;
	return 0;
}

/*
 * Read one PHASE record. Its length fields are untrusted. The name is the program's own: a
 * NUL ends it early, and an empty name ends the named phase that the process is in.
 */
static int phase_load(struct phases *phases, const uint8_t *data, size_t bytes,
                      struct error *error)
{
	const char *name = (const char *)data + sizeof(struct phase_definition);
	struct phase_definition definition;
	struct phase_record record;
	size_t name_bytes;
	int number = 0;

	if (bytes < sizeof(definition))
		return error_set(error, "the definition of a phase is too short");
	memcpy(&definition, data, sizeof(definition));
	if (definition.name_bytes > bytes - sizeof(definition) ||
	    definition.name_bytes > PHASE_NAME_BYTES_MAX)
		return error_set(error, "a phase's name is longer than its record");
	if (definition.phase > PHASE_NAMED)
		return 0; /* of a newer version */
	if (phases->record_count == RECORDS_MAX)
		return error_set(error, "too many phases");
	record = (struct phase_record){ definition.header.time, definition.phase,
		                            definition.thread, (uint32_t)phases->record_count,
		                            PHASE_NUMBER_NONE };
	name_bytes = strnlen(name, definition.name_bytes);
	if (definition.phase == PHASE_NAMED && name_bytes) {
		number = number_of(phases, name, name_bytes);
		record.number = (uint32_t)number;
	}
	if (number < 0 || record_add(phases, &record))
		return error_set(error, "out of memory for the phases");
	return 0;
}

/*
 * Whether a definition's time is when it was written. Others have the time since when the thing
 * existed.
 */
static bool is_of_its_time(uint32_t kind)
{
	return kind == DEFINITION_PHASE || kind == DEFINITION_MAPS ||
	       kind == DEFINITION_MEMORY;
}

void phases_see(struct phases *phases, uint64_t time)
{
	if (time > phases->seen)
		phases->seen = time;
}

int phases_load(struct phases *phases, const uint8_t *data, size_t bytes,
                struct error *error)
{
	struct definition_cursor cursor = { .data = data, .bytes = bytes };
	int result = 0;

	/* address_map_load() reports what is wrong with the chunk. */
	while (definition_next(&cursor)) {
		if (is_of_its_time(cursor.header.kind))
			phases_see(phases, cursor.header.time);
		if (cursor.header.kind == DEFINITION_PHASE &&
		    phase_load(phases, cursor.record, cursor.header.bytes,
		               result ? NULL : error))
			result = -1;
	}
	return result;
}

/* ---- spans ----------------------------------------------------------------------- */

/*
 * Threads write their definitions in any order. At equal times, the order in the trace
 * decides.
 */
static int record_compare(const void *one, const void *two)
{
	const struct phase_record *a = one, *b = two;

	if (a->time != b->time)
		return a->time < b->time ? -1 : 1;
	return a->order < b->order ? -1 : 1;
}

/*
 * Begin the phase `number` at `time`: ends the span before it, and drops that span if it is
 * empty.
 */
static void span_begin(struct phase_span *spans, size_t *count, uint32_t number,
                       uint64_t time, uint32_t thread)
{
	if (*count && spans[*count - 1].number == number)
		return;
	if (*count && spans[*count - 1].start >= time)
		--*count;
	else if (*count)
		spans[*count - 1].end = time;
	spans[(*count)++] = (struct phase_span){ time, PHASE_TIME_END, number, thread };
}

/*
 * Build the spans of load, main and exit: each at most once, in this order, and load only if
 * its end is known.
 */
static void libc_spans(struct phases *phases, uint64_t start)
{
	const struct phase_record *record;
	bool knows_main = false;
	uint32_t number;
	size_t i;

	for (i = 0; i < phases->record_count; i++)
		knows_main |= phases->records[i].phase == PHASE_MAIN;
	number = knows_main ? PHASE_LOAD : PHASE_MAIN;
	span_begin(phases->spans, &phases->span_count, number, start, 0);
	for (i = 0; i < phases->record_count; i++) {
		record = &phases->records[i];
		if (record->phase == PHASE_NAMED || record->phase <= number)
			continue;
		number = record->phase;
		span_begin(phases->spans, &phases->span_count, number,
		           record->time > start ? record->time : start, record->thread);
	}
	phases->main_start = phases->exit_start = PHASE_TIME_END;
	for (i = 0; i < phases->span_count; i++) {
		if (phases->spans[i].number == PHASE_MAIN && knows_main)
			phases->main_start = phases->spans[i].start;
		if (phases->spans[i].number == PHASE_EXIT)
			phases->exit_start = phases->spans[i].start;
	}
	phases->has_load = phases->spans[0].number == PHASE_LOAD;
}

/*
 * Build the spans of named phases, including those between them, which have
 * PHASE_NUMBER_NONE. The time before the first one has no span.
 */
static void named_spans(struct phases *phases, uint64_t start)
{
	const struct phase_record *record;
	size_t i;

	for (i = 0; i < phases->record_count; i++) {
		record = &phases->records[i];
		if (record->phase == PHASE_NAMED)
			span_begin(phases->named, &phases->named_count, record->number,
			           record->time > start ? record->time : start, record->thread);
	}
}

int phases_seal(struct phases *phases, uint64_t start)
{
	size_t room = phases->record_count + 1;

	if (phases->record_count)
		qsort(phases->records, phases->record_count, sizeof(*phases->records),
		      record_compare);
	phases->spans = calloc(room > PHASES_OF_LIBC ? room : PHASES_OF_LIBC,
	                       sizeof(*phases->spans));
	phases->named = calloc(room, sizeof(*phases->named));
	if (!phases->spans || !phases->named)
		return -1;
	libc_spans(phases, start);
	named_spans(phases, start);
	return 0;
}

/*
 * Close the spans at `time` and add each to the total of its phase. A span that begins later
 * than `time` is left with length 0. Spans ascend, so the first one gives a phase its start,
 * and the last one its end.
 */
static void spans_add_up(struct phases *phases, struct phase_span *spans, size_t count,
                         uint64_t time)
{
	struct phase_total *total;
	size_t i;

	for (i = 0; i < count; i++) {
		if (spans[i].end > time)
			spans[i].end = time > spans[i].start ? time : spans[i].start;
		if (spans[i].number == PHASE_NUMBER_NONE)
			continue;
		total = &phases->totals[spans[i].number];
		if (!total->spans++)
			total->start = spans[i].start;
		total->end = spans[i].end;
		total->duration += spans[i].end - spans[i].start;
	}
}

void phases_end(struct phases *phases, uint64_t time)
{
	spans_add_up(phases, phases->spans, phases->span_count, time);
	spans_add_up(phases, phases->named, phases->named_count, time);
}

/* ---- looking up -------------------------------------------------------------------- */

/* The last span that starts no later than `time`; NULL: none does. */
static const struct phase_span *span_at(const struct phase_span *spans, size_t count,
                                        uint64_t time)
{
	size_t low = 0, high = count, middle;

	while (low < high) {
		middle = (low + high) / 2;
		if (spans[middle].start <= time)
			low = middle + 1;
		else
			high = middle;
	}
	return low ? &spans[low - 1] : NULL;
}

const struct phase_span *phases_at(const struct phases *phases, uint64_t time)
{
	const struct phase_span *span = span_at(phases->spans, phases->span_count, time);

	return span ? span : phases->spans;
}

const struct phase_span *phases_named_at(const struct phases *phases, uint64_t time)
{
	return span_at(phases->named, phases->named_count, time);
}

bool phases_has(const struct phases *phases, uint32_t number)
{
	size_t i;

	for (i = 0; i < phases->span_count; i++) {
		if (phases->spans[i].number == number)
			return true;
	}
	return number >= PHASES_OF_LIBC && number < phases->count;
}

static uint32_t find_from(const struct phases *phases, uint32_t first, const char *name)
{
	uint32_t i;

	for (i = first; i < phases->count; i++) {
		if (phases_has(phases, i) && !strcmp(phases->totals[i].name, name))
			return i;
	}
	return PHASE_NUMBER_NONE;
}

/*
 * A name without a prefix may be a phase of libc or a named phase; the first match wins, and
 * the phases of libc have the lowest numbers.
 */
uint32_t phases_find(const struct phases *phases, const char *name)
{
	static const char named[] = "named:";
	uint32_t number = find_from(phases, 0, name);

	if (number == PHASE_NUMBER_NONE && !strncmp(name, named, sizeof(named) - 1))
		number = find_from(phases, PHASES_OF_LIBC, name + sizeof(named) - 1);
	return number;
}

/* When the span after `at` starts; PHASE_TIME_END: there is none. */
static uint64_t next_start(const struct phase_span *spans, size_t count,
                           const struct phase_span *at)
{
	size_t next = at ? (size_t)(at - spans) + 1 : 0;

	return spans && next < count ? spans[next].start : PHASE_TIME_END;
}

/*
 * Sets the cursor to begin at `time`, not at the start of the span: the events that follow
 * are later, so nothing is gained from the part before.
 */
void phase_cursor_move(struct phase_cursor *cursor, struct phases *phases,
                       uint64_t time)
{
	const struct phase_span *libc = phases_at(phases, time);
	const struct phase_span *named = phases_named_at(phases, time);
	uint64_t end = next_start(phases->spans, phases->span_count, libc);
	uint64_t end_named = next_start(phases->named, phases->named_count, named);

	*cursor = (struct phase_cursor){
		.start = time,
		.length = (end < end_named ? end : end_named) - time,
		.libc = &phases->totals[libc->number].counts,
		.number = libc->number,
		.named_number = named ? named->number : PHASE_NUMBER_NONE,
	};
	if (cursor->named_number != PHASE_NUMBER_NONE)
		cursor->named = &phases->totals[cursor->named_number].counts;
}
