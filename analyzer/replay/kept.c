/* replay/kept.c - what the pages of libc's heap hold at one time. */
#include "replay/kept.h"

#include "base/array.h"
#include "replay/live_probes.h"

#include <stdlib.h>
#include <string.h>

#define WORD 8 /* a chunk begins a word before its block */
/* glibc, malloc/malloc.c and arena.c: what malloc itself keeps at the start of an area */
#define CACHE_BYTES 0x290u  /* struct tcache_perthread_struct, as a chunk */
#define ARENA_BYTES 2200u   /* struct malloc_state */
#define HEAP_INFO_BYTES 48u /* struct heap_info */
#define HEAP_ALIGN (UINT64_C(64) << 20)

/* A page that is in memory. */
struct work_page {
	uint32_t list;            /* its first entry among the paths of all pages */
	uint16_t asked, overhead; /* bytes of live blocks, and what malloc adds */
	uint16_t blocks;
	bool is_cached; /* a freed block on it waits in a thread's cache */
};

struct kept_work {
	struct kept *kept;
	const struct heap_map *map;
	struct work_page *pages;
	struct kept_bytes *areas; /* by area */
	uint64_t *ends;           /* by area: where what is in use ends */
	uint32_t *paths;          /* of the blocks on each page */
	uint32_t *rows;           /* by number of the call path: index of its row + 1 */
	size_t row_count;         /* entries of `rows` */
	size_t run;               /* the run that was found last */
	/*
	 * visits left in this pass: blocks that do not overlap need no more than one for each
	 * page and one for each block
	 */
	uint64_t visits;
};

void kept_release(struct kept *kept)
{
	free(kept->arenas);
	free(kept->paths);
	free(kept->pages);
	free(kept->on_pages);
	*kept = (struct kept){ .time = 0 };
}

static uint64_t overlap(uint64_t start, uint64_t end, uint64_t page)
{
	uint64_t from = start > page ? start : page;
	uint64_t to = end < page + HEAP_PAGE ? end : page + HEAP_PAGE;

	return to > from ? to - from : 0;
}

/* The first run that ends above an address: often the same as for the block before. */
static size_t run_find(struct kept_work *work, uint64_t address)
{
	const struct heap_map *map = work->map;

	if (work->run >= map->run_count || address < map->runs[work->run].start ||
	    address >= map->runs[work->run].end)
		work->run = heap_map_find(map, address);
	return work->run;
}

/* The index of the area that an address is in; area_count: none. */
static size_t area_find(const struct heap_map *map, uint64_t address)
{
	size_t low = 0, high = map->area_count, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (map->areas[middle].end <= address)
			low = middle + 1;
		else
			high = middle;
	}
	return low < map->area_count && map->areas[low].start <= address ? low
	                                                                 : map->area_count;
}

/* ---- pages --------------------------------------------------------------------------- */

/* Called for each page in memory that a block is on. */
typedef void page_visit(struct kept_work *work, uint64_t page, uint64_t asked,
                        uint64_t overhead, uint32_t path);

/*
 * Visit the pages of a block. Addresses and sizes are from the trace: only what lies in the runs
 * is visited, and of blocks that overlap only as much as `visits` allows. Returns the bytes of the
 * block (not of its header) that are in memory.
 */
static uint64_t block_visit(struct kept_work *work, uint64_t address, uint64_t size,
                            uint32_t path, page_visit *visit)
{
	const struct heap_map *map = work->map;
	uint64_t start = address - WORD, end = start + chunk_bytes(size), page, asked,
			 present = 0;
	const struct heap_run *run;
	size_t i;

	if (end < start || size > end - start)
		return 0;
	for (i = run_find(work, start); i < map->run_count; i++) {
		run = &map->runs[i];
		if (run->start >= end)
			break;
		page = start > run->start ? start & ~(HEAP_PAGE - 1) : run->start;
		for (; page < run->end && page < end; page += HEAP_PAGE) {
			if (!work->visits)
				return present;
			work->visits--;
			asked = overlap(address, address + size, page);
			present += asked;
			visit(work, run->page + (page - run->start) / HEAP_PAGE, asked,
			      overlap(start, end, page) - asked, path);
		}
	}
	return present;
}

/* Add to a page, which cannot hold more than it has: blocks that overlap are damage. */
static void page_add(struct kept_work *work, uint64_t number, uint64_t asked,
                     uint64_t overhead, uint32_t path)
{
	struct work_page *page = &work->pages[number];
	uint64_t room = HEAP_PAGE - page->asked - page->overhead;

	(void)path;
	asked = asked < room ? asked : room;
	overhead = overhead < room - asked ? overhead : room - asked;
	page->asked = (uint16_t)(page->asked + asked);
	page->overhead = (uint16_t)(page->overhead + overhead);
	page->blocks += page->blocks < KEPT_PATHS_ON_PAGE;
}

/* Add a call path to a page's list. */
static void page_list(struct kept_work *work, uint64_t number, uint64_t asked,
                      uint64_t overhead, uint32_t path)
{
	struct work_page *page = &work->pages[number];

	(void)asked;
	(void)overhead;
	if (page->blocks < KEPT_PATHS_ON_PAGE)
		work->paths[page->list + page->blocks++] = path;
}

/* What malloc itself keeps at the start of an area. Its pages may not be in memory. */
static void area_own(struct kept_work *work, const struct heap_area *area)
{
	uint64_t bytes = CACHE_BYTES, at = area->start, part;
	const struct heap_run *run;
	size_t i;

	if (area->arena)
		bytes = area->arena / HEAP_ALIGN == area->start / HEAP_ALIGN
		            ? HEAP_INFO_BYTES + ARENA_BYTES + CACHE_BYTES
		            : HEAP_INFO_BYTES;
	i = run_find(work, at);
	if (i == work->map->run_count || work->map->runs[i].start > at)
		return;
	run = &work->map->runs[i];
	part = HEAP_PAGE;
	page_add(work, run->page + (at - run->start) / HEAP_PAGE, 0,
	         bytes < part ? bytes : part, 0);
	work->pages[run->page + (at - run->start) / HEAP_PAGE]
		.blocks--; /* it is no block */
}

/* ---- blocks -------------------------------------------------------------------------- */

/* The row of a call path, made if it is new; NULL: memory is out. */
static struct kept_path *row_of(struct kept_work *work, uint32_t path)
{
	struct kept *kept = work->kept;

	if (array_reserve_zeroed(work->rows, work->row_count, (size_t)path + 1))
		return NULL;
	if (!work->rows[path]) {
		if (array_reserve(kept->paths, kept->path_capacity, kept->path_count + 1))
			return NULL;
		kept->paths[kept->path_count++] = (struct kept_path){ .path = path };
		work->rows[path] = (uint32_t)kept->path_count;
	}
	return &kept->paths[work->rows[path] - 1];
}

/* What lies above in the area belongs to the top chunk, unless something else is in use. */
static void end_raise(struct kept_work *work, size_t area, uint64_t address,
                      uint64_t chunk)
{
	uint64_t end = address - WORD + chunk;

	if (end > work->ends[area])
		work->ends[area] = end;
}

/* First pass: count a block where it lies. */
static int block_count(struct kept_work *work, uint64_t address,
                       const struct block *block)
{
	size_t area = area_find(work->map, address);
	struct kept *kept = work->kept;
	struct kept_path *row;

	if (area < work->map->area_count) {
		row = row_of(work, block->path);
		if (!row)
			return -1;
		row->blocks++;
		row->bytes += block->size;
		work->areas[area].blocks++;
		end_raise(work, area, address, chunk_bytes(block->size));
		kept->absent += block->size -
		                block_visit(work, address, block->size, block->path, page_add);
	} else if (chunk_is_mapped(address, block->size)) {
		kept->mapped_blocks++;
		kept->mapped_bytes += block->size;
		kept->mapped_overhead += chunk_bytes(block->size) - block->size +
		                         chunk_more(address, block->size);
	} else {
		kept->other_blocks++;
		kept->other_bytes += block->size;
	}
	return 0;
}

/* Twice what blocks need that do not overlap. */
static void pass_begin(struct kept_work *work, const struct live_table *live)
{
	work->visits = 2 * (work->map->pages + live->count);
}

static int blocks_count(struct kept_work *work, const struct live_table *live)
{
	size_t slot, slots = (size_t)1 << live->bits, i;

	pass_begin(work, live);
	for (i = 0; i < work->map->area_count; i++)
		area_own(work, &work->map->areas[i]);
	for (slot = 0; slot < slots; slot++) {
		if (live->addresses[slot] &&
		    block_count(work, live->addresses[slot], &live->blocks[slot]))
			return -1;
	}
	return 0;
}

/* Second pass: list the paths on each page. Before it, each page gets its part of the list. */
static int blocks_list(struct kept_work *work, const struct live_table *live)
{
	size_t slot, slots = (size_t)1 << live->bits;
	uint64_t sum = 0, i;

	for (i = 0; i < work->map->pages; i++) {
		work->pages[i].list = (uint32_t)sum;
		sum += work->pages[i].blocks;
		work->pages[i].blocks = 0;
	}
	if (sum > UINT32_MAX)
		return -1;
	work->paths = malloc((size_t)(sum + 1) * sizeof(*work->paths));
	if (!work->paths)
		return -1;
	pass_begin(work, live);
	for (slot = 0; slot < slots; slot++) {
		if (live->addresses[slot] &&
		    area_find(work->map, live->addresses[slot]) < work->map->area_count)
			block_visit(work, live->addresses[slot], live->blocks[slot].size,
			            live->blocks[slot].path, page_list);
	}
	return 0;
}

static void page_cache(struct kept_work *work, uint64_t number, uint64_t asked,
                       uint64_t overhead, uint32_t path)
{
	(void)asked;
	(void)overhead;
	(void)path;
	work->pages[number].is_cached = true;
}

static void cache_mark(struct kept_work *work, const struct thread_cache *cache)
{
	uint64_t address, chunk;
	uint32_t size, i;
	size_t area;

	work->visits = UINT64_MAX; /* these blocks are few and small */
	for (size = 0; size < CACHE_SIZES; size++) {
		chunk = thread_cache_chunk(size);
		for (i = 0; i < cache->counts[size]; i++) {
			address = cache->blocks[size][i];
			area = area_find(work->map, address);
			if (area == work->map->area_count)
				continue;
			end_raise(work, area, address, chunk);
			block_visit(work, address, chunk - WORD, 0, page_cache);
		}
	}
}

/* ---- sums ---------------------------------------------------------------------------- */

/* Keep a page that has a free part: kept->pages has room for all. */
static void page_pin(struct kept *kept, const struct work_page *page,
                     uint64_t free_bytes)
{
	if (page->blocks)
		kept->pages[kept->page_count++] = (struct kept_page){ page->list, page->blocks,
			                                                  (uint16_t)free_bytes };
	else
		kept->pinned_own += free_bytes;
}

/*
 * Add one page to its area. The area of a thread's arena that has the top chunk ends with it:
 * malloc_trim() joins free chunks with the top, and leaves it.
 */
static void page_sum(struct kept_work *work, uint32_t number, uint64_t at,
                     const struct work_page *page)
{
	const struct heap_area *area = &work->map->areas[number];
	struct kept_bytes *sum = &work->areas[number];
	uint64_t end = work->ends[number];
	uint64_t used = (uint64_t)page->asked + page->overhead;

	sum->resident += HEAP_PAGE;
	sum->live += page->asked;
	sum->overhead += page->overhead;
	if (!used && !page->blocks) {
		sum->whole += HEAP_PAGE;
		if (page->is_cached)
			sum->cached += HEAP_PAGE;
		else if (area->arena && area->top && at >= end)
			sum->top += HEAP_PAGE;
	} else if (used < HEAP_PAGE) {
		sum->pinned += HEAP_PAGE - used;
		page_pin(work->kept, page, HEAP_PAGE - used);
	}
}

static void bytes_add(struct kept_bytes *to, const struct kept_bytes *from)
{
	to->resident += from->resident;
	to->live += from->live;
	to->overhead += from->overhead;
	to->whole += from->whole;
	to->cached += from->cached;
	to->top += from->top;
	to->pinned += from->pinned;
	to->blocks += from->blocks;
}

static void pages_sum(struct kept_work *work)
{
	const struct heap_map *map = work->map;
	const struct heap_run *run;
	uint64_t at;
	size_t i;

	for (i = 0; i < map->run_count; i++) {
		run = &map->runs[i];
		for (at = run->start; at < run->end; at += HEAP_PAGE)
			page_sum(work, run->area, at,
			         &work->pages[run->page + (at - run->start) / HEAP_PAGE]);
	}
	for (i = 0; i < map->area_count; i++)
		bytes_add(&work->kept->all, &work->areas[i]);
}

static int arena_by_address(const void *one, const void *two)
{
	const struct kept_arena *a = one, *b = two;

	return a->address < b->address ? -1 : a->address > b->address;
}

static int arena_by_kept(const void *one, const void *two)
{
	const struct kept_arena *a = one, *b = two;
	uint64_t kept_a = kept_free(&a->bytes), kept_b = kept_free(&b->bytes);

	if (!a->address != !b->address)
		return a->address ? 1 : -1;
	if (kept_a != kept_b)
		return kept_a > kept_b ? -1 : 1;
	return arena_by_address(one, two);
}

/* An arena may have several areas: add them up. */
static int arenas_sum(struct kept_work *work)
{
	const struct heap_map *map = work->map;
	struct kept *kept = work->kept;
	struct kept_arena *arenas = calloc(map->area_count + 1, sizeof(*arenas));
	size_t i, to = 0;

	if (!arenas)
		return -1;
	for (i = 0; i < map->area_count; i++)
		arenas[i] = (struct kept_arena){ map->areas[i].arena, 1, work->areas[i] };
	qsort(arenas, map->area_count, sizeof(*arenas), arena_by_address);
	for (i = 1; i < map->area_count; i++) {
		if (arenas[i].address == arenas[to].address) {
			arenas[to].areas++;
			bytes_add(&arenas[to].bytes, &arenas[i].bytes);
		} else {
			arenas[++to] = arenas[i];
		}
	}
	kept->arenas = arenas;
	kept->arena_count = map->area_count ? to + 1 : 0;
	qsort(arenas, kept->arena_count, sizeof(*arenas), arena_by_kept);
	return 0;
}

/* Keep no more than what pages with a free part need. */
static int pages_make(struct kept_work *work)
{
	struct kept *kept = work->kept;
	struct kept_page *pages;

	kept->pages = malloc((size_t)(work->map->pages + 1) * sizeof(*kept->pages));
	if (!kept->pages)
		return -1;
	pages_sum(work);
	pages = realloc(kept->pages, (kept->page_count + 1) * sizeof(*pages));
	kept->pages = pages ? pages : kept->pages;
	kept->on_pages = work->paths;
	work->paths = NULL;
	return 0;
}

int kept_measure(struct kept *kept, const struct heap_map *map,
                 const struct live_table *live, const struct thread_caches *caches)
{
	struct kept_work work = { .kept = kept, .map = map };
	int result = -1;
	size_t i;

	work.pages = calloc((size_t)map->pages + 1, sizeof(*work.pages));
	work.areas = calloc(map->area_count + 1, sizeof(*work.areas));
	work.ends = calloc(map->area_count + 1, sizeof(*work.ends));
	if (work.pages && work.areas && work.ends && !blocks_count(&work, live) &&
	    !blocks_list(&work, live)) {
		for (i = 0; i < caches->count; i++) {
			if (caches->items[i])
				cache_mark(&work, caches->items[i]);
		}
		result = pages_make(&work) || arenas_sum(&work) ? -1 : 0;
	}
	free(work.pages);
	free(work.areas);
	free(work.ends);
	free(work.paths);
	free(work.rows);
	kept->time = map->time;
	kept->is_exit = map->is_exit;
	kept->is_filled = !result;
	return result;
}
