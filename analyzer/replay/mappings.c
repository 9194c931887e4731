/* replay/mappings.c - what each call path has mapped, and what became of it. */
#include "replay/mappings.h"

#include "base/array.h"
#include "segments/segment.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* Kinds of ranges, or'ed. */
enum { RANGE_ANONYMOUS = 1, RANGE_WRITABLE = 2, RANGE_MOVING = 4 };

#define FILES_MAX 65536u /* more names than that are not kept */

int mappings_init(struct mappings *mappings)
{
	*mappings = (struct mappings){ .highest.time = UINT64_MAX,
		                           .last.time = UINT64_MAX };
	if (array_reserve_zeroed(mappings->paths, mappings->capacity, 1u) ||
	    array_reserve_zeroed(mappings->files, mappings->file_capacity, 1u))
		return -1;
	mappings->count = mappings->file_count = 1;
	mappings->files[0] = strdup("");
	return mappings->files[0] ? 0 : -1;
}

void mappings_release(struct mappings *mappings)
{
	uint32_t i;

	for (i = 0; i < mappings->file_count; i++)
		free(mappings->files[i]);
	free(mappings->files);
	free(mappings->paths);
	free(mappings->highest.ranges);
	free(mappings->last.ranges);
	hash_index_release(&mappings->by_node);
	hash_index_release(&mappings->by_file);
	address_ranges_release(&mappings->ranges);
}

void mappings_probe(struct mapping_probe *probe, uint64_t time,
                    const struct large_spans *spans)
{
	probe->time = time;
	probe->spans = spans;
}

/* ---- call paths and files -------------------------------------------------------------- */

static uint64_t node_hash(const void *context, uint32_t number)
{
	const struct mappings *mappings = context;

	return hash_words(mappings->paths[number].node, 0);
}

static bool node_is(const void *context, uint32_t number, const void *key)
{
	const struct mappings *mappings = context;

	return mappings->paths[number].node == *(const uint32_t *)key;
}

uint32_t mappings_path(struct mappings *mappings, uint32_t node)
{
	uint64_t hash = hash_words(node, 0);
	uint32_t number = hash_index_find(&mappings->by_node, hash, node_is, mappings,
	                                  &node);

	if (number)
		return number;
	if (array_reserve_zeroed(mappings->paths, mappings->capacity, mappings->count + 1))
		return 0;
	number = mappings->count;
	mappings->paths[number].node = node;
	if (hash_index_add(&mappings->by_node, hash, number, node_hash, mappings))
		return 0;
	mappings->count++;
	return number;
}

struct file_key {
	const char *path;
	size_t bytes;
};

static uint64_t file_hash(const void *context, uint32_t number)
{
	const struct mappings *mappings = context;
	const char *file = mappings->files[number];

	return hash_bytes(0, file, strlen(file));
}

static bool file_is(const void *context, uint32_t number, const void *key)
{
	const struct mappings *mappings = context;
	const struct file_key *wanted = key;

	return strlen(mappings->files[number]) == wanted->bytes &&
	       !memcmp(mappings->files[number], wanted->path, wanted->bytes);
}

/* The number of a file; 0: it has no name, or there are too many, or memory is out. */
static uint32_t file_number(struct mappings *mappings, const char *path, size_t bytes)
{
	struct file_key key = { path, strnlen(path, bytes) };
	uint64_t hash = hash_bytes(0, key.path, key.bytes);
	uint32_t number = hash_index_find(&mappings->by_file, hash, file_is, mappings,
	                                  &key);

	if (number || !key.bytes || mappings->file_count == FILES_MAX)
		return number;
	if (array_reserve_zeroed(mappings->files, mappings->file_capacity,
	                         mappings->file_count + 1))
		return 0;
	number = mappings->file_count;
	mappings->files[number] = strndup(key.path, key.bytes);
	if (!mappings->files[number])
		return 0;
	if (hash_index_add(&mappings->by_file, hash, number, file_hash, mappings)) {
		free(mappings->files[number]);
		return 0;
	}
	mappings->file_count++;
	return number;
}

/* ---- ranges ---------------------------------------------------------------------------- */

struct ending {
	struct mappings *mappings;
	uint64_t bytes, counted; /* that ended; of these, in call paths that count */
	uint32_t kind;           /* of the last part */
};

static void part_ends(void *context, const struct address_range *part)
{
	struct ending *ending = context;
	uint64_t bytes = part->end - part->start;

	ending->bytes += bytes;
	ending->kind = part->kind;
	ending->mappings->paths[part->owner].ended += bytes;
	if (part->owner)
		ending->counted += bytes;
}

/* Returns the end of the last page of [start, start + bytes). */
static uint64_t pages_end(uint64_t start, uint64_t bytes)
{
	return (start + bytes + MAPPING_PAGE_BYTES - 1) &
	       ~(uint64_t)(MAPPING_PAGE_BYTES - 1);
}

/* End a range; *ending: what was there. 0, or -1: memory is out. */
static int range_end(struct mappings *mappings, struct ending *ending, uint64_t start,
                     uint64_t end)
{
	*ending = (struct ending){ .mappings = mappings };
	if (address_ranges_end(&mappings->ranges, start, end, part_ends, ending))
		return -1;
	mappings->totals.ended += ending->counted;
	return 0;
}

static int range_begin(struct mappings *mappings, uint32_t path, uint64_t start,
                       uint64_t end, uint32_t kind, uint64_t time)
{
	const struct address_range range = { start, end, path, kind };
	struct ending ending = { .mappings = mappings };
	struct mapping_path *own = &mappings->paths[path];
	uint64_t bytes = end - start, live;

	if (address_ranges_begin(&mappings->ranges, &range, part_ends, &ending))
		return -1;
	mappings->totals.ended += ending.counted;
	own->bytes += bytes;
	if (own->bytes - own->ended > own->most)
		own->most = own->bytes - own->ended;
	if (!path)
		return 0;
	mappings->totals.bytes += bytes;
	live = mappings->totals.bytes - mappings->totals.ended;
	if (live > mappings->totals.most) {
		mappings->totals.most = live;
		mappings->totals.most_time = time;
	}
	return 0;
}

static void range_keep(void *context, const struct address_range *range)
{
	struct mapping_probe *probe = context;

	if (!array_reserve(probe->ranges, probe->capacity, probe->count + 1))
		probe->ranges[probe->count++] = *range;
	else
		probe->spans = NULL; /* incomplete: nothing is counted of it */
}

static void probe_fill(struct mappings *mappings, struct mapping_probe *probe,
                       uint64_t time)
{
	if (probe->is_done || time < probe->time)
		return;
	probe->is_done = true;
	address_ranges_list(&mappings->ranges, range_keep, probe);
}

/* ---- records --------------------------------------------------------------------------- */

/* A mapping begins. */
static int mapped(struct mappings *mappings, uint32_t path,
                  const struct stack_record *record, uint64_t time, uint32_t kind)
{
	struct mapping_path *own = &mappings->paths[path];
	uint64_t start = record->mapping.address;
	uint64_t end = pages_end(start, record->mapping.bytes);
	uint32_t file = 0;

	if (record->mapping.path_bytes)
		file = file_number(mappings, record->mapping.path, record->mapping.path_bytes);
	if (file) {
		own->has_more_files |= own->file && own->file != file;
		own->file = file;
	}
	own->calls++;
	mappings->totals.calls += path != 0;
	if (start >= end)
		return 0; /* shmat() of a segment whose size is not known */
	if (kind & RANGE_ANONYMOUS)
		own->anonymous += end - start;
	if (record->mapping.call == MAPPING_MMAP && record->mapping.protection == PROT_NONE)
		own->reserved += end - start;
	return range_begin(mappings, path, start, end, kind, time);
}

static uint32_t kind_of(const struct stack_record *record)
{
	bool is_anonymous = record->mapping.flags & MAP_ANONYMOUS;
	bool is_private = (record->mapping.flags & MAP_TYPE) == MAP_PRIVATE;

	return (is_anonymous ? RANGE_ANONYMOUS : 0) |
	       (is_anonymous && is_private ? RANGE_WRITABLE : 0);
}

static int unmapped(struct mappings *mappings, uint32_t path,
                    const struct stack_record *record)
{
	uint64_t start = record->mapping.address;
	uint64_t end = pages_end(start, record->mapping.bytes);
	const struct address_range *range;
	struct ending ending;

	if (record->mapping.call == MAPPING_SHMDT) {
		range = address_ranges_at(&mappings->ranges, start);
		end = range ? range->end : start;
	}
	mappings->paths[path].unmaps++;
	mappings->totals.unmaps += path != 0;
	if (range_end(mappings, &ending, start, end))
		return -1;
	mappings->paths[path].unmapped += ending.bytes;
	if (path)
		mappings->totals.unknown += end - start - ending.bytes;
	return 0;
}

static int moved_from(struct mappings *mappings, const struct stack_record *record,
                      uint32_t *moving)
{
	uint64_t start = record->mapping.address;
	struct ending ending;

	if (range_end(mappings, &ending, start, pages_end(start, record->mapping.bytes)))
		return -1;
	*moving = ending.bytes ? ending.kind | RANGE_MOVING : 0;
	return 0;
}

uint64_t mappings_bytes(const struct mappings *mappings,
                        const struct stack_record *record)
{
	const struct address_range *range;

	if (record->mapping.call == MAPPING_SHMDT) {
		range = address_ranges_at(&mappings->ranges, record->mapping.address);
		return range ? range->end - record->mapping.address : 0;
	}
	/* a length that the kernel refused may be any number */
	if (record->mapping.bytes > UINT64_MAX - MAPPING_PAGE_BYTES)
		return record->mapping.bytes;
	return pages_end(0, record->mapping.bytes);
}

int mappings_record(struct mappings *mappings, uint32_t path,
                    const struct stack_record *record, uint64_t time, uint32_t *moving)
{
	/* Nothing is known of what was there if it was mapped by others: most is anonymous. */
	uint32_t kind = *moving ? *moving & ~(uint32_t)RANGE_MOVING
	                        : RANGE_ANONYMOUS | RANGE_WRITABLE;

	probe_fill(mappings, &mappings->highest, time);
	probe_fill(mappings, &mappings->last, time);
	if (record->mapping.error) {
		mappings->paths[path].failed++;
		mappings->totals.failed += path != 0;
		return 0;
	}
	switch (record->mapping.call) {
	case MAPPING_MMAP: return mapped(mappings, path, record, time, kind_of(record));
	case MAPPING_SHMAT: return mapped(mappings, path, record, time, 0);
	case MAPPING_MUNMAP:
	case MAPPING_SHMDT: return unmapped(mappings, path, record);
	case MAPPING_MREMAP_FROM: return moved_from(mappings, record, moving);
	case MAPPING_MREMAP_TO:
		*moving = 0;
		mappings->paths[path].remaps++;
		mappings->totals.remaps += path != 0;
		return mapped(mappings, path, record, time, kind);
	}
	return 0; /* a call that only a later version knows */
}

/* ---- what is resident ------------------------------------------------------------------ */

static struct mapping_use *use_of(struct mappings *mappings,
                                  const struct mapping_probe *probe, uint32_t path)
{
	return probe == &mappings->highest ? &mappings->paths[path].highest
	                                   : &mappings->paths[path].last;
}

/*
 * Spans are those mappings of the process that may have several owners, since the kernel joins
 * neighbours. Of a part, at least what the others have no room for is resident, and at most what is
 * of the span.
 */
static void span_add(struct mapping_use *use, const struct large_span *span,
                     uint64_t bytes)
{
	uint64_t rest = span->end - span->start - bytes;
	uint64_t least = span->rss > rest ? span->rss - rest : 0;
	uint64_t most = span->rss < bytes ? span->rss : bytes;

	/* more than the whole span is resident of nothing, whatever the recording says */
	least = least < most ? least : most;
	use->writable += bytes;
	use->resident += least;
	use->unsure += most - least;
	if (span->segment == SEGMENT_OTHER && !span->is_malloc)
		use->other += most;
}

static uint64_t overlap_bytes(const struct large_span *span,
                              const struct address_range *range)
{
	uint64_t start = range->start > span->start ? range->start : span->start;
	uint64_t end = range->end < span->end ? range->end : span->end;

	return end > start ? end - start : 0;
}

/* Share out a span, which the ranges from `first` on are in. */
static void span_share(struct mappings *mappings, const struct mapping_probe *probe,
                       const struct large_span *span, size_t first)
{
	struct mapping_use *totals = probe == &mappings->highest ? &mappings->totals.highest
	                                                         : &mappings->totals.last;
	uint64_t counted = 0, part = 0;
	size_t i;

	for (i = first; i < probe->count && probe->ranges[i].start < span->end; i++) {
		uint32_t owner = probe->ranges[i].owner;
		uint64_t bytes = overlap_bytes(span, &probe->ranges[i]);

		counted += owner ? bytes : 0;
		part += bytes;
		if (i + 1 < probe->count && probe->ranges[i + 1].start < span->end &&
		    probe->ranges[i + 1].owner == owner)
			continue;
		span_add(use_of(mappings, probe, owner), span, part);
		part = 0;
	}
	if (counted)
		span_add(totals, span, counted);
}

/* Both the ranges and the spans are in order of address. */
static void probe_finish(struct mappings *mappings, struct mapping_probe *probe)
{
	const struct large_spans *spans = probe->spans;
	size_t i, at = 0;

	probe_fill(mappings, probe, UINT64_MAX - (probe->time == UINT64_MAX));
	if (!probe->is_done || !spans)
		return;
	for (i = 0; i < probe->count; i++) {
		const struct address_range *range = &probe->ranges[i];

		use_of(mappings, probe, range->owner)->bytes += range->end - range->start;
	}
	for (i = 0; i < spans->count; i++) {
		while (at < probe->count && probe->ranges[at].end <= spans->spans[i].start)
			at++;
		span_share(mappings, probe, &spans->spans[i], at);
	}
}

void mappings_finish(struct mappings *mappings)
{
	uint32_t i;

	probe_finish(mappings, &mappings->highest);
	probe_finish(mappings, &mappings->last);
	for (i = 1; i < mappings->count; i++) {
		mappings->totals.highest.bytes += mappings->paths[i].highest.bytes;
		mappings->totals.last.bytes += mappings->paths[i].last.bytes;
	}
}
