/*
 * segments/self_view.c - reads the snapshots that a process took of itself, and finds their
 * segments.
 */
#include "segments/self_view.h"

#include "base/array.h"
#include "trace/definitions.h"

#include <stdlib.h>
#include <string.h>

/* Limits on memory. More mappings are damage; of what is beyond the others, less is kept. */
#define MAPPINGS_MAX (1u << 20)
#define PICTURES_MAX (1u << 16)
#define SPANS_PICTURES_MAX 4096 /* in later ones, large blocks are not moved */
#define SAMPLES_MAX (1u << 12)  /* 1.7 KB each */

/* A snapshot that is being read: its records so far. */
struct self_view_loader {
	struct self_view *into;
	struct segments segments; /* names of its maps are offsets into `names` at first */
	struct text names;
	struct self_snapshot view;
	size_t sized;              /* mappings whose sizes are known, from the first on */
	struct view_totals totals; /* of the next snapshot, if it has the same time */
	uint64_t totals_time, stacks_time;
	bool is_open, is_out_of_memory;
};

static bool is_file(const struct mapping *mapping)
{
	return mapping->name[0] == '/';
}

/* ---- find modules by mappings alone ---- */

/* Whether two adjacent mappings can be parts of one loaded file. */
static bool is_next_part(const struct mapping *before, const struct mapping *mapping)
{
	return is_file(mapping) && !(mapping->access & MAPPING_SHARED) &&
	       !strcmp(before->name, mapping->name) && mapping->offset >= before->offset;
}

/*
 * Whether the mapping is the second of two read-only parts before the writable one. Both are of
 * one ELF segment; the kernel would have joined them if the loader had not written to the
 * second to relocate it.
 */
static bool is_relocated(const struct process_maps *maps, size_t first, size_t i)
{
	const struct mapping *mapping = &maps->mappings[i];
	const unsigned kinds = MAPPING_WRITE | MAPPING_EXECUTE;

	return i > first && i + 1 < maps->count && !(mapping->access & kinds) &&
	       !(mapping[-1].access & kinds) && mapping[1].access & MAPPING_WRITE &&
	       is_next_part(mapping, mapping + 1);
}

/*
 * The mappings [first, end) are one file's: a module if any of them is code. The mapping after
 * them may be its bss.
 */
static void module_take(struct segments *segments, size_t first, size_t end)
{
	struct process_modules *modules = &segments->modules;
	const struct process_maps *maps = &segments->maps;
	struct process_module *module = &modules->modules[modules->count];
	const struct mapping *mapping;
	bool has_code = false;
	size_t i;

	*module = (struct process_module){ .path = maps->mappings[first].name };
	for (i = first; i < end; i++) {
		mapping = &maps->mappings[i];
		has_code = has_code || mapping->access & MAPPING_EXECUTE;
		if (module->part_count < MODULE_PARTS_MAX)
			module->parts[module->part_count++] = (struct module_part){
				mapping->start, mapping->end, mapping->end,
				mapping->access | (is_relocated(maps, first, i) ? MAPPING_WRITE : 0u)
			};
	}
	if (!has_code)
		return;
	for (i = first; i < end; i++)
		modules->of_mapping[i] = (uint32_t)modules->count;
	mapping = &maps->mappings[end];
	if (end < maps->count && !mapping->name[0] && mapping->start == mapping[-1].end &&
	    mapping->access & MAPPING_WRITE &&
	    (mapping->known == MAPS_KIND_BSS || mapping->known == MAPS_KIND_UNTOLD))
		modules->of_mapping[end] = (uint32_t)modules->count;
	modules->count++;
}

/*
 * Find the modules of a process that may be gone, so that no file can be read: adjacent private
 * mappings of one file are one module, as the loader maps it.
 */
static void modules_make(struct segments *segments)
{
	const struct process_maps *maps = &segments->maps;
	size_t first, end;

	for (first = 0; first < maps->count; first++)
		segments->modules.of_mapping[first] = MODULE_NONE_OF_MAPS;
	for (first = 0; first < maps->count; first = end) {
		end = first + 1;
		if (!is_file(&maps->mappings[first]) ||
		    maps->mappings[first].access & MAPPING_SHARED)
			continue;
		while (end < maps->count &&
		       is_next_part(&maps->mappings[end - 1], &maps->mappings[end]))
			end++;
		module_take(segments, first, end);
	}
}

/* ---- one snapshot ---- */

/* Make the offset a pointer, and remove the kernel's " (deleted)". */
static void name_settle(struct self_view_loader *loader, struct mapping *mapping)
{
	static const char deleted[] = " (deleted)";
	char *name = loader->names.data + (uintptr_t)mapping->name;
	size_t length = strlen(name);

	if (length > sizeof(deleted) - 1 &&
	    !strcmp(name + length - (sizeof(deleted) - 1), deleted)) {
		mapping->is_deleted = true;
		name[length - (sizeof(deleted) - 1)] = 0;
	}
	mapping->name = name;
	mapping->inode = name[0] == '/';
	mapping->use.size = mapping->end - mapping->start;
}

static void snapshot_free(struct segment_snapshot *snapshot)
{
	if (snapshot)
		segment_snapshot_release(snapshot);
	free(snapshot);
}

static int view_add(struct self_view_loader *loader)
{
	struct self_view *into = loader->into;

	if (array_reserve(into->views, into->capacity, into->count + 1))
		return -1;
	into->views[into->count++] = loader->view;
	return 0;
}

/* Make a snapshot with resident sizes, if the sizes of all mappings are known. */
static int snapshot_make(struct self_view_loader *loader)
{
	struct self_snapshot *view = &loader->view;
	const struct process_maps *maps = &loader->segments.maps;
	struct segment_snapshot *snapshot;

	if (loader->sized != maps->count || !view->is_whole || !view->totals.time_ns ||
	    loader->into->sampled == SAMPLES_MAX)
		return 0;
	snapshot = malloc(sizeof(*snapshot));
	if (!snapshot || segment_snapshot_make(snapshot, &loader->segments)) {
		free(snapshot);
		return -1;
	}
	snapshot->time_ns = view->totals.time_ns;
	snapshot->peak_rss = view->totals.peak_rss;
	if (view->totals.threads)
		snapshot->thread_count = view->totals.threads;
	snapshot->is_own = true;
	view->snapshot = snapshot;
	loader->into->sampled++;
	return 0;
}

/* No more records of this snapshot follow: classify its mappings and add it. */
static void view_close(struct self_view_loader *loader)
{
	struct segments *segments = &loader->segments;
	struct self_snapshot *view = &loader->view;
	size_t count = segments->maps.count, i;

	if (!loader->is_open)
		return;
	loader->is_open = false;
	process_modules_release(&segments->modules);
	segments->modules = (struct process_modules){
		.modules = calloc(count + 1, sizeof(*segments->modules.modules)),
		.of_mapping = calloc(count + 1, sizeof(*segments->modules.of_mapping)),
	};
	loader->is_out_of_memory = !segments->modules.modules ||
	                           !segments->modules.of_mapping;
	if (loader->is_out_of_memory)
		return;
	for (i = 0; i < count; i++)
		name_settle(loader, &segments->maps.mappings[i]);
	modules_make(segments);
	if (segments_sort(segments)) {
		loader->is_out_of_memory = true;
		return;
	}
	view->mapping_count = (uint32_t)count;
	for (i = 0; i < SEGMENT_COUNT; i++) {
		view->sizes[i] = segments->sums[i].size;
		view->mappings[i] = (uint32_t)segments->mappings[i];
		view->total += i == SEGMENT_OUTLIVE ? 0 : segments->sums[i].size;
	}
	if (loader->into->count < SPANS_PICTURES_MAX &&
	    segment_spans_make(&view->spans, segments)) {
		loader->is_out_of_memory = true;
		return;
	}
	loader->is_out_of_memory = snapshot_make(loader) || view_add(loader);
	if (loader->is_out_of_memory) {
		snapshot_free(view->snapshot);
		free(view->spans.spans);
	}
	view->snapshot = NULL;
}

/* ---- records ---- */

/*
 * Add one mapping. Its name goes into one text with the others, which may still move as it
 * grows: so the mapping has an offset until name_settle() makes a pointer of it.
 */
static int entry_take(struct self_view_loader *loader, const struct maps_entry *entry,
                      const uint8_t *name)
{
	struct process_maps *maps = &loader->segments.maps;

	if (array_reserve(maps->mappings, maps->capacity, maps->count + 1))
		return -1;
	maps->mappings[maps->count++] = (struct mapping){
		.start = entry->start,
		.end = entry->end,
		.offset = entry->offset,
		.access = entry->access &
		          (MAPPING_READ | MAPPING_WRITE | MAPPING_EXECUTE | MAPPING_SHARED),
		.known = entry->kind,
		.name = (const char *)(uintptr_t)
		            loader->names.bytes, /* until the snapshot is complete */
	};
	return text_add(&loader->names, (const char *)name, entry->name_bytes) ||
	               text_add(&loader->names, "", 1)
	           ? -1
	           : 0;
}

/* Read the mappings in one record. */
static int entries_take(struct self_view_loader *loader, const uint8_t *at,
                        const uint8_t *end, uint32_t count, struct error *error)
{
	const struct process_maps *maps = &loader->segments.maps;
	struct maps_entry entry;
	uint64_t bytes;

	while (count--) {
		if ((size_t)(end - at) < sizeof(entry))
			return error_set(error, "a snapshot of the mappings is cut short");
		memcpy(&entry, at, sizeof(entry));
		bytes = sizeof(entry) + ((entry.name_bytes + UINT64_C(7)) & ~UINT64_C(7));
		if (bytes > (size_t)(end - at))
			return error_set(error, "a snapshot of the mappings is cut short");
		if (entry.end <= entry.start || maps->count == MAPPINGS_MAX ||
		    (maps->count && entry.start < maps->mappings[maps->count - 1].end))
			return error_set(error, "overlapping mappings are impossible");
		if (entry_take(loader, &entry, at + sizeof(entry)))
			return error_set(error, "out of memory for mappings");
		at += bytes;
	}
	return 0;
}

static void view_begin(struct self_view_loader *loader,
                       const struct maps_definition *record)
{
	uint64_t time = record->header.time;

	view_close(loader);
	loader->segments.maps.count = 0;
	loader->names.bytes = 0;
	loader->sized = 0;
	if (loader->stacks_time != time)
		loader->segments.threads.count = 0;
	loader->view = (struct self_snapshot){ .time = time, .reason = record->reason };
	if (loader->totals_time == time)
		loader->view.totals = loader->totals;
	loader->is_open = loader->into->count < PICTURES_MAX;
}

static int record_take(struct self_view_loader *loader, const uint8_t *at, size_t bytes,
                       struct error *error)
{
	struct maps_definition record;

	if (bytes < sizeof(record))
		return error_set(error, "a snapshot of the mappings is cut short");
	memcpy(&record, at, sizeof(record));
	/* A snapshot may take several records, if its mappings have no room in one. */
	if (!record.first)
		view_begin(loader, &record);
	if (!loader->is_open)
		return 0; /* its first record is missing */
	if (record.first != loader->segments.maps.count)
		return error_set(error, "a snapshot of the mappings has a gap");
	if (entries_take(loader, at + sizeof(record), at + bytes, record.count, error)) {
		loader->is_open = false;
		return -1;
	}
	loader->view.is_whole = record.is_last; /* sizes may follow, so it stays open */
	return 0;
}

/* Read a record that comes before or after the mappings of a snapshot. */
static int beside_take(struct self_view_loader *loader, const uint8_t *at,
                       const struct definition_header *header, struct error *error)
{
	struct maps_use_definition use;

	switch (header->kind) {
	case DEFINITION_MEMORY:
		if (view_totals_take(&loader->totals, at, header->bytes, error))
			return -1;
		loader->totals_time = header->time;
		return 0;
	case DEFINITION_STACKS:
		view_close(loader); /* its own stacks came before it */
		loader->stacks_time = header->time;
		return view_stacks_take(&loader->segments.threads, at, header->bytes, error);
	case DEFINITION_MAPS_USE: break;
	default: return 0;
	}
	if (!loader->is_open)
		return 0;
	if (view_use_take(&loader->segments.maps, at, header->bytes, error))
		return -1;
	memcpy(&use, at, sizeof(use));
	if (header->time == loader->view.time && use.first == loader->sized)
		loader->sized += use.count;
	return 0;
}

int self_view_load(struct self_view_loader *loader, const uint8_t *data, size_t bytes,
                   struct error *error)
{
	struct definition_cursor cursor = { .data = data, .bytes = bytes };
	int result = 0;

	/* If the chunk itself is damaged, the code that reads the modules reports it. */
	while (definition_next(&cursor)) {
		if (cursor.header.kind == DEFINITION_MAPS
		        ? record_take(loader, cursor.record, cursor.header.bytes,
		                      result ? NULL : error)
		        : beside_take(loader, cursor.record, &cursor.header,
		                      result ? NULL : error))
			result = -1;
	}
	return result;
}

struct self_view_loader *self_view_loader_new(struct self_view *into)
{
	struct self_view_loader *loader = calloc(1, sizeof(*loader));

	if (loader)
		loader->into = into;
	return loader;
}

void self_view_loader_end(struct self_view_loader *loader)
{
	if (!loader)
		return;
	view_close(loader);
	segments_release(&loader->segments);
	text_release(&loader->names);
	free(loader);
}

/* ---- all snapshots ---- */

static int loader_take(void *loader, const uint8_t *data, size_t bytes,
                       struct error *error)
{
	return self_view_load(loader, data, bytes, error);
}

int self_view_read(struct self_view *views, struct trace_reader *reader,
                   const struct trace_process *process)
{
	struct self_view_loader *loader;

	*views = (struct self_view){ .count = 0 };
	loader = self_view_loader_new(views);
	if (!loader)
		return -1;
	trace_reader_definitions(reader, process, loader_take, loader);
	self_view_loader_end(loader);
	return 0;
}

void self_view_release(struct self_view *views)
{
	size_t i;

	for (i = 0; i < views->count; i++) {
		snapshot_free(views->views[i].snapshot);
		free(views->views[i].spans.spans);
	}
	free(views->views);
	*views = (struct self_view){ .count = 0 };
}

const char *view_reason(uint32_t reason)
{
	static const char *const names[] = { "?", "start", "modules", "exec", "end" };

	return names[reason < sizeof(names) / sizeof(*names) ? reason : 0];
}
