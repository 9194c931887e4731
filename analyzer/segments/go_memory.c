/* segments/go_memory.c - reads each runtime's counts, spans and goroutines. */
#include "segments/go_memory.h"

#include "base/array.h"

#include <stdlib.h>
#include <string.h>

#define TRIES 3      /* until the spans add up to the counts */
#define TRIES_MORE 8 /* further ones until they do so nearly */
#define NEAR_BYTES (UINT64_C(8) << 20)
#define NEAR_DIVISOR 8
#define STATS 3 /* copies of the statistics, which are added up */
#define BYTES_MAX (INT64_C(1) << 48)

/* ---- counts ---- */

/* memstats.heapStats: committed, released, inHeap, inStacks, inWorkBufs (runtime/mstats.go). */
enum { STAT_COMMITTED, STAT_RELEASED, STAT_HEAP, STAT_STACKS, STAT_WORK, STAT_COUNT };

static bool are_sizes(const int64_t *sizes, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (sizes[i] < 0 || sizes[i] > BYTES_MAX)
			return false;
	}
	return true;
}

/*
 * The words after gcController.heapInUse are heapReleased and heapFree. The program changes
 * both kinds while they are read: of a busy one they belong to slightly different moments.
 */
static bool counters_read(struct go_counters *counters,
                          const struct go_variables *variables,
                          const struct process_memory *memory)
{
	int64_t heap[3], stats[STATS][STAT_COUNT], sums[STAT_COUNT] = { 0 };

	if (!variables->heap_in_use || !variables->heap_stats || !variables->stats_bytes ||
	    !process_memory_copy(memory, variables->heap_in_use, heap, sizeof(heap)) ||
	    !are_sizes(heap, 3))
		return false;
	for (size_t i = 0; i < STATS; i++) {
		if (!process_memory_copy(memory,
		                         variables->heap_stats + i * variables->stats_bytes,
		                         stats[i], sizeof(stats[i])))
			return false;
		for (size_t j = 0; j < STAT_COUNT; j++)
			sums[j] = (int64_t)((uint64_t)sums[j] + (uint64_t)stats[i][j]);
	}
	if (!are_sizes(sums, STAT_COUNT))
		return false;
	*counters = (struct go_counters){
		.heap_in_use = (uint64_t)heap[0],
		.heap_released = (uint64_t)heap[1],
		.heap_idle = (uint64_t)(heap[1] + heap[2]),
		.heap_sys = (uint64_t)(heap[0] + heap[1] + heap[2]),
		.stack_in_use = (uint64_t)sums[STAT_STACKS],
		.work = (uint64_t)sums[STAT_WORK],
	};
	return true;
}

/* ---- spans ---- */

static bool are_equal(const struct go_memory *go)
{
	return go->has_counters && go->spans.heap == go->counters.heap_in_use &&
	       go->spans.stack == go->counters.stack_in_use && !go->spans.odd;
}

/* Read counts and spans once, by one layout. 0, or -1: memory is out. */
static int spans_read(struct go_memory *go, const struct process_memory *memory,
                      const struct process_maps *maps,
                      const struct go_span_layout *layout)
{
	struct memory_pages pages = { .memory = memory };
	struct go_arenas arenas = { NULL, 0, 0 };
	int result;

	go_spans_release(&go->spans);
	go->has_counters = counters_read(&go->counters, &go->runtime.variables, memory);
	result = go_arenas_list(&arenas, go->table, memory, maps);
	if (!result)
		result = go_spans_read(&go->spans, &pages, &arenas, layout);
	go->is_exact = are_equal(go);
	memory_pages_release(&pages);
	free(arenas.arenas);
	return result;
}

/* Whether two sums are so near that a process which is busy explains the difference. */
static bool are_near(uint64_t one, uint64_t two)
{
	uint64_t apart = one > two ? one - two : two - one;

	return apart <= NEAR_BYTES + two / NEAR_DIVISOR;
}

/* Whether the spans by a layout that is known are believed although they are not exact. */
static bool are_believed(const struct go_memory *go)
{
	return go->layout && go->spans.spans &&
	       go->spans.odd * NEAR_DIVISOR < go->spans.spans &&
	       (!go->has_counters ||
	        (are_near(go->spans.heap, go->counters.heap_in_use) &&
	         are_near(go->spans.stack, go->counters.stack_in_use)));
}

/*
 * Read the spans until they add up to the runtime's own counts; of a busy process and a layout
 * that is known, until they nearly do.
 */
static int spans_try(struct go_memory *go, const struct go_span_layout *layout,
                     int tries, const struct process_memory *memory,
                     const struct process_maps *maps)
{
	int i = 0;

	do {
		if (spans_read(go, memory, maps, layout))
			return -1;
		i++;
	} while (!go->is_exact && (i < tries || (i < tries + TRIES_MORE && go->layout &&
	                                         !are_believed(go))));
	return 0;
}

/*
 * If the version is not known, all layouts are tried: the one by which the spans add up is
 * right, now and in later snapshots.
 */
static int spans_find(struct go_memory *go, int tries,
                      const struct process_memory *memory,
                      const struct process_maps *maps)
{
	const struct go_span_layout *layout;

	if (!go->layout)
		go->layout = go_span_layout(go->runtime.minor);
	if (go->layout && spans_try(go, go->layout, tries, memory, maps))
		return -1;
	for (size_t i = 0; !go->layout && i < GO_SPAN_LAYOUTS; i++) {
		layout = go_span_layout_number(i);
		if (spans_try(go, layout, tries, memory, maps))
			return -1;
		if (go->is_exact)
			go->layout = layout;
	}
	go->has_spans = go->is_exact || are_believed(go);
	if (!go->has_spans)
		go_spans_release(&go->spans);
	return 0;
}

/* ---- runtimes ---- */

static void memory_release(struct go_memory *go)
{
	go_spans_release(&go->spans);
	goroutines_release(&go->goroutines);
	go_file_close(&go->file);
}

static bool is_of(const struct go_memory *go, const struct process_module *module)
{
	return go->inode == module->inode && go->device == module->device &&
	       go->bias == module->bias;
}

/* Forget the runtimes whose modules are no longer there, as after exec. */
static void gone_drop(struct go_memories *memories,
                      const struct process_modules *modules)
{
	size_t kept = 0, i, module;

	for (i = 0; i < memories->count; i++) {
		for (module = 0; module < modules->count; module++) {
			if (is_of(&memories->memories[i], &modules->modules[module]))
				break;
		}
		if (module == modules->count)
			memory_release(&memories->memories[i]);
		else
			memories->memories[kept++] = memories->memories[i];
	}
	memories->count = kept;
}

/*
 * What is known of the module's runtime since the snapshot before, or a new entry. NULL: there
 * are too many, or memory is out.
 */
static struct go_memory *memory_find(struct go_memories *memories,
                                     const struct process_module *module)
{
	struct go_memory *go;

	for (size_t i = 0; i < memories->count; i++) {
		if (is_of(&memories->memories[i], module))
			return &memories->memories[i];
	}
	if (memories->count == GO_MEMORIES_MAX ||
	    array_reserve(memories->memories, memories->room, memories->count + 1))
		return NULL;
	go = &memories->memories[memories->count++];
	*go = (struct go_memory){ .inode = module->inode,
		                      .device = module->device,
		                      .bias = module->bias,
		                      .file = { .descriptor = -1 } };
	return go;
}

static int goroutines_find(struct go_memory *go, const struct go_files *files,
                           const struct process_memory *memory)
{
	struct memory_pages pages = { .memory = memory };
	int result;

	result = goroutines_read(&go->goroutines, &pages, &go->runtime, &go->spans);
	if (!result)
		goroutines_name(&go->goroutines, &pages, files);
	memory_pages_release(&pages);
	return result;
}

/* The goroutines of all runtimes, after all files are known. */
static int goroutines_of_all(struct go_memories *memories,
                             const struct process_memory *memory)
{
	struct go_files files = { .count = 0 };
	int result = 0;

	for (size_t i = 0; i < memories->count && i < GO_FILES_MAX; i++) {
		files.files[files.count] = &memories->memories[i].file;
		files.biases[files.count++] = memories->memories[i].bias;
	}
	for (size_t i = 0; i < memories->count && !result; i++) {
		goroutines_release(&memories->memories[i].goroutines);
		if (memories->memories[i].has_spans)
			result = goroutines_find(&memories->memories[i], &files, memory);
	}
	return result;
}

static int memory_read(struct go_memory *go, bool wants_goroutines,
                       struct process_module *module, const struct process_maps *maps,
                       const struct process_memory *memory)
{
	go->has_spans = go->has_counters = false;
	go_spans_release(&go->spans);
	if (!go->is_read) {
		go->file = go_file_open(maps, module);
		go_runtime_read(&go->runtime, &go->file, module);
		go->is_read = true;
		if (!wants_goroutines)
			go_file_close(&go->file);
	}
	go->table = go_arenas_table(memory, maps, go->runtime.variables.arenas);
	if (!go->table)
		go->table = go_arenas_of(memory, maps, module);
	return go->table ? spans_find(go, wants_goroutines ? TRIES : 1, memory, maps) : 0;
}

int go_memories_read(struct go_memories *memories, struct process_modules *modules,
                     const struct process_maps *maps,
                     const struct process_memory *memory)
{
	struct go_memory *go;

	gone_drop(memories, modules);
	for (size_t i = 0; i < modules->count; i++) {
		if (!modules->modules[i].is_go)
			continue;
		go = memory_find(memories, &modules->modules[i]);
		if (!go)
			continue;
		go->module = i;
		if (memory_read(go, memories->wants_goroutines, &modules->modules[i], maps,
		                memory))
			return -1;
	}
	return memories->wants_goroutines ? goroutines_of_all(memories, memory) : 0;
}

bool go_memories_have_table(const struct go_memories *memories)
{
	for (size_t i = 0; i < memories->count; i++) {
		if (memories->memories[i].table)
			return true;
	}
	return false;
}

bool go_memories_hold(const struct go_memories *memories,
                      const struct process_memory *memory,
                      const struct mapping *mapping)
{
	for (size_t i = 0; i < memories->count; i++) {
		if (memories->memories[i].table &&
		    go_arenas_hold(memories->memories[i].table, memory, mapping))
			return true;
	}
	return false;
}

/* The part of a mapping's use. The kernel counted the pages some time before we did. */
static struct memory_use part_of(const struct memory_use *use, uint64_t size,
                                 uint64_t rss)
{
	size = size < use->size ? size : use->size;
	rss = rss < use->rss ? rss : use->rss;
	if (size - rss > use->size - use->rss)
		rss = size - (use->size - use->rss);
	return memory_use_part(use, size, rss);
}

/* Ranges and mappings are sorted by address, and a range may be in several mappings. */
static void stacks_move(const struct go_spans *spans, const struct process_maps *maps,
                        const struct process_memory *memory,
                        void (*move)(void *context, size_t mapping,
                                     const struct memory_use *part),
                        void *context)
{
	const struct go_range *range = spans->stacks, *last = range + spans->stack_count;
	uint64_t start, end, size, resident;
	const struct mapping *mapping;
	struct memory_use part;

	for (size_t i = 0; i < maps->count && range < last; i++) {
		mapping = &maps->mappings[i];
		size = resident = 0;
		while (range < last && range->end <= mapping->start)
			range++;
		for (; range < last && range->start < mapping->end; range++) {
			start = range->start > mapping->start ? range->start : mapping->start;
			end = range->end < mapping->end ? range->end : mapping->end;
			size += end - start;
			resident += process_memory_resident(memory, start, end);
			if (range->end > mapping->end)
				break;
		}
		if (!size || mapping->use.rss > mapping->use.size)
			continue;
		part = part_of(&mapping->use, size, resident);
		move(context, i, &part);
	}
}

void go_memories_stacks(const struct go_memories *memories,
                        const struct process_maps *maps,
                        const struct process_memory *memory,
                        void (*move)(void *context, size_t mapping,
                                     const struct memory_use *part),
                        void *context)
{
	for (size_t i = 0; i < memories->count; i++)
		stacks_move(&memories->memories[i].spans, maps, memory, move, context);
}

void go_memories_release(struct go_memories *memories)
{
	for (size_t i = 0; i < memories->count; i++)
		memory_release(&memories->memories[i]);
	free(memories->memories);
	*memories = (struct go_memories){ .count = 0 };
}
