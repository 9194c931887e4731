/* segments/goroutines.c - goes through the runtime's lists of goroutines and of threads. */
#include "segments/goroutines.h"

#include "base/array.h"

#include <stdlib.h>
#include <string.h>

#define LIST_MAX (UINT64_C(1) << 24) /* goroutines, and threads */
#define STACK_MAX (UINT64_C(1) << 30)
#define FIRST_GOROUTINES 3
#define NUMBER_MAX (UINT64_C(1) << 48) /* of a goroutine; they count from 1 */
#define G_STACK 0 /* runtime.g: lo and hi; the same from Go 1.19 to 1.26, as all here */
#define G_THREAD 48
#define G_POINTER 56 /* g.sched.sp */
#define G_CODE 64    /* g.sched.pc */
#define G_BYTES 344  /* read of each g: all that any layout needs */
#define M_SYSTEM 0   /* runtime.m: g0 */

/* The states of a goroutine (runtime/runtime2.go). */
enum {
	STATUS_IDLE = 0,
	STATUS_RUNNING = 2,
	STATUS_DEAD = 6,
	STATUS_DEAD_EXTRA = 11, /* since Go 1.26: of a thread of C that is not in Go */
	STATUS_MAX = 11,
	STATUS_SCANNED = 0x1000, /* a bit: the garbage collector goes through its stack */
};

/* Where the fields are that the versions have at different offsets; goid follows the status. */
static const struct layout {
	unsigned minor;
	uint16_t status, number, start;
	uint16_t frame; /* g.sched.bp */
} layouts[] = {
	{ 26, 144, 152, 304, 96 },  { 23, 152, 160, 304, 104 }, { 22, 144, 152, 296, 104 },
	{ 21, 144, 152, 296, 104 }, { 19, 144, 152, 312, 104 },
};
#define LAYOUTS (sizeof(layouts) / sizeof(layouts[0]))

/* m.gsignal, before which is m.procid. */
static const uint16_t signal_places[] = { 72, 80 };

struct reading {
	struct goroutines *goroutines;
	struct memory_pages *pages;
	const struct go_runtime *runtime;
	const struct go_spans *spans;
	const struct layout *layout;
	int result;
};

struct goroutine {
	struct goroutine_point at;
	uint64_t number, start, thread;
	uint32_t status;
};

static uint64_t word_of(const uint8_t *bytes, size_t at)
{
	uint64_t word;

	memcpy(&word, bytes + at, sizeof(word));
	return word;
}

/* False: it is not in memory. */
static bool goroutine_read(const struct reading *reading, const struct layout *layout,
                           uint64_t at, struct goroutine *goroutine)
{
	uint8_t bytes[G_BYTES];

	if (!at || at % 8 || !memory_pages_copy(reading->pages, at, bytes, sizeof(bytes)))
		return false;
	*goroutine = (struct goroutine){
		.at = { .low = word_of(bytes, G_STACK),
		        .high = word_of(bytes, G_STACK + 8),
		        .pointer = word_of(bytes, G_POINTER),
		        .code = word_of(bytes, G_CODE),
		        .frame = word_of(bytes, layout->frame) },
		.thread = word_of(bytes, G_THREAD),
		.number = word_of(bytes, layout->number),
		.start = word_of(bytes, layout->start),
	};
	memcpy(&goroutine->status, bytes + layout->status, sizeof(goroutine->status));
	goroutine->status &= ~(uint32_t)STATUS_SCANNED;
	return true;
}

static bool is_dead(const struct goroutine *goroutine)
{
	return goroutine->status == STATUS_IDLE || goroutine->status == STATUS_DEAD ||
	       goroutine->status == STATUS_DEAD_EXTRA;
}

static int range_compare(const void *one, const void *two)
{
	const struct go_range *key = one, *range = two;

	return key->start < range->start ? -1 : key->end > range->end;
}

/* Whether the stack is in the runtime's memory for stacks. */
static bool is_in_spans(const struct reading *reading, uint64_t low, uint64_t high)
{
	struct go_range key = { low, high };

	return low < high && reading->spans->stack_count &&
	       bsearch(&key, reading->spans->stacks, reading->spans->stack_count,
	               sizeof(key), range_compare);
}

/* ---- goroutines ---- */

static uint64_t row_hash(const void *context, uint32_t number)
{
	const struct goroutines *goroutines = context;

	return hash_words(goroutines->rows[number - 1].start, 0);
}

static bool row_is_same(const void *context, uint32_t number, const void *key)
{
	const struct goroutines *goroutines = context;

	return goroutines->rows[number - 1].start == *(const uint64_t *)key;
}

/* The row of a function; NULL: memory is out. */
static struct goroutine_row *row_find(struct goroutines *goroutines, uint64_t start)
{
	uint64_t hash = hash_words(start, 0);
	uint32_t number = hash_index_find(&goroutines->by_start, hash, row_is_same,
	                                  goroutines, &start);

	if (number)
		return &goroutines->rows[number - 1];
	if (array_reserve(goroutines->rows, goroutines->room, goroutines->count + 1))
		return NULL;
	goroutines->rows[goroutines->count] = (struct goroutine_row){ .start = start };
	if (hash_index_add(&goroutines->by_start, hash, (uint32_t)goroutines->count + 1,
	                   row_hash, goroutines))
		return NULL;
	return &goroutines->rows[goroutines->count++];
}

/* Count a goroutine. While it runs, where its stack ends is only in a register. */
static void goroutine_count(struct reading *reading, const struct goroutine *goroutine)
{
	struct goroutines *goroutines = reading->goroutines;
	uint64_t committed = goroutine->at.high - goroutine->at.low, depth;
	struct goroutine_row *row = row_find(goroutines, goroutine->start);
	bool is_seen = goroutine->status != STATUS_RUNNING &&
	               goroutine->at.pointer > goroutine->at.low &&
	               goroutine->at.pointer <= goroutine->at.high;

	if (!row) {
		reading->result = -1;
		return;
	}
	depth = is_seen ? goroutine->at.high - goroutine->at.pointer : 0;
	row->count++;
	row->unseen += !is_seen;
	row->depth += depth;
	row->committed += committed;
	if (row->count == 1 || depth > row->deepest) {
		row->deepest = depth;
		row->deepest_committed = committed;
		row->goid = goroutine->number;
		row->point = is_seen ? goroutine->at : (struct goroutine_point){ .low = 0 };
	}
}

static void goroutine_take(struct reading *reading, uint64_t at)
{
	struct goroutines *goroutines = reading->goroutines;
	struct goroutine goroutine;

	if (!goroutine_read(reading, reading->layout, at, &goroutine) ||
	    goroutine.status > STATUS_MAX || goroutine.number > NUMBER_MAX) {
		goroutines->odd++;
		return;
	}
	if (is_dead(&goroutine)) {
		if (is_in_spans(reading, goroutine.at.low, goroutine.at.high)) {
			goroutines->dead.count++;
			goroutines->dead.bytes += goroutine.at.high - goroutine.at.low;
		}
		return;
	}
	if (!is_in_spans(reading, goroutine.at.low, goroutine.at.high)) {
		goroutines->odd++;
		return;
	}
	goroutine_count(reading, &goroutine);
}

/*
 * Whether the layout is right: goroutine 1, the first, runs runtime.main, and the runtime has
 * begun more of them; each processor gives out numbers of its own.
 */
static bool layout_fits(const struct reading *reading, const struct layout *layout,
                        const uint64_t *list, size_t count)
{
	struct goroutine goroutine;

	for (size_t i = 0; i < count && i < FIRST_GOROUTINES; i++) {
		if (!goroutine_read(reading, layout, list[i], &goroutine) ||
		    goroutine.status > STATUS_MAX || goroutine.number > NUMBER_MAX ||
		    (!i && (goroutine.number != 1 ||
		            goroutine.start != reading->runtime->variables.main)))
			return false;
	}
	return count > 0;
}

/* Choose the layout of the version or, if that is not known, the one that fits. */
static const struct layout *layout_choose(const struct reading *reading,
                                          const uint64_t *list, size_t count)
{
	for (size_t i = 0; i < LAYOUTS; i++) {
		if (layouts[i].minor == reading->runtime->minor)
			return &layouts[i];
	}
	for (size_t i = 0; i < LAYOUTS; i++) {
		if (layout_fits(reading, &layouts[i], list, count))
			return &layouts[i];
	}
	return NULL;
}

/*
 * Read the list: a slice with its capacity. It may be replaced by a longer one at any moment,
 * and goroutines are never taken out of it. NULL: it is damaged, or memory is out.
 */
static uint64_t *list_read(struct reading *reading, size_t *count)
{
	uint64_t slice[3], *list, at = reading->runtime->variables.goroutines, part, i;

	if (!at || !process_memory_copy(reading->pages->memory, at, slice, sizeof(slice)) ||
	    !slice[1] || slice[1] > slice[2] || slice[1] > LIST_MAX || slice[0] % 8)
		return NULL;
	list = calloc(slice[1], sizeof(*list));
	if (!list) {
		reading->result = -1;
		return NULL;
	}
	for (i = 0; i < slice[1]; i += part) {
		part = slice[1] - i < 4096 ? slice[1] - i : 4096;
		if (!process_memory_copy(reading->pages->memory, slice[0] + i * 8, list + i,
		                         part * 8)) {
			free(list);
			return NULL;
		}
	}
	*count = slice[1];
	return list;
}

static void goroutines_take(struct reading *reading)
{
	size_t count = 0;
	uint64_t *list = list_read(reading, &count);

	reading->layout = list ? layout_choose(reading, list, count) : NULL;
	for (size_t i = 0; reading->layout && i < count && !reading->result; i++)
		goroutine_take(reading, list[i]);
	/* where nearly nothing is right, the little that is, is by chance */
	reading->goroutines->is_known = reading->layout &&
	                                reading->goroutines->odd * 4 <= count;
	free(list);
}

/* ---- threads ---- */

/* Whether a thread has its goroutine for signals at this offset, in the runtime's memory. */
static bool signal_is_at(const struct reading *reading, uint64_t thread,
                         uint16_t offset, struct goroutine *goroutine)
{
	uint64_t at;

	return memory_pages_copy(reading->pages, thread + offset, &at, sizeof(at)) &&
	       goroutine_read(reading, reading->layout, at, goroutine) &&
	       goroutine->thread == thread &&
	       is_in_spans(reading, goroutine->at.low, goroutine->at.high);
}

/* Count the stacks of a thread. False: it is none. */
static bool thread_take(struct reading *reading, uint64_t thread)
{
	struct goroutines *goroutines = reading->goroutines;
	struct goroutine goroutine;
	uint64_t at;

	if (thread % 8 ||
	    !memory_pages_copy(reading->pages, thread + M_SYSTEM, &at, sizeof(at)) ||
	    !goroutine_read(reading, reading->layout, at, &goroutine) ||
	    goroutine.thread != thread)
		return false;
	if (is_in_spans(reading, goroutine.at.low, goroutine.at.high)) {
		goroutines->system.count++;
		goroutines->system.bytes += goroutine.at.high - goroutine.at.low;
	} else {
		goroutines->os_system++;
	}
	for (size_t i = 0; i < sizeof(signal_places) / sizeof(signal_places[0]); i++) {
		if (!signal_is_at(reading, thread, signal_places[i], &goroutine))
			continue;
		goroutines->signal.count++;
		goroutines->signal.bytes += goroutine.at.high - goroutine.at.low;
		break;
	}
	return true;
}

/* What a damaged list gave is not shown. */
static void threads_forget(struct goroutines *goroutines)
{
	goroutines->system = goroutines->signal = (struct go_stack_sum){ .count = 0 };
	goroutines->os_system = 0;
	goroutines->odd++;
}

/*
 * Go through the list. If it is damaged it may be a circle: then a thread that was met when the
 * count was a power of two comes again.
 */
static void threads_take(struct reading *reading)
{
	const struct go_variables *variables = &reading->runtime->variables;
	uint64_t thread = 0, met = 0, count;

	if (!variables->threads || !variables->thread_next ||
	    !process_memory_copy(reading->pages->memory, variables->threads, &thread,
	                         sizeof(thread)))
		return;
	for (count = 0; thread; count++) {
		if (count == LIST_MAX || thread == met || !thread_take(reading, thread)) {
			threads_forget(reading->goroutines);
			return;
		}
		if (!(count & (count - 1)))
			met = thread;
		if (!memory_pages_copy(reading->pages, thread + variables->thread_next, &thread,
		                       sizeof(thread)))
			thread = 1; /* which is none */
	}
}

/* ---- all of them ---- */

int goroutines_read(struct goroutines *goroutines, struct memory_pages *pages,
                    const struct go_runtime *runtime, const struct go_spans *spans)
{
	struct reading reading = {
		.goroutines = goroutines, .pages = pages, .runtime = runtime, .spans = spans
	};

	goroutines_take(&reading);
	if (goroutines->is_known)
		threads_take(&reading);
	return reading.result;
}

/* As runtime.isSystemGoroutine() has it. */
static bool is_own_name(const char *name)
{
	return !strncmp(name, "runtime.", 8) && strcmp(name, "runtime.main") &&
	       strcmp(name, "runtime.corostart") &&
	       strcmp(name, "runtime.handleAsyncEvent");
}

static int row_compare(const void *one, const void *two)
{
	const struct goroutine_row *a = one, *b = two;

	if (a->committed != b->committed)
		return a->committed > b->committed ? -1 : 1;
	return a->start < b->start ? -1 : a->start > b->start;
}

void goroutines_name(struct goroutines *goroutines, struct memory_pages *pages,
                     const struct go_files *files)
{
	struct goroutine_row *row = goroutines->rows;
	struct go_function function;
	struct go_stack_sum *sum;
	uint64_t in_file;

	if (goroutines->count)
		qsort(row, goroutines->count, sizeof(*row), row_compare);
	for (; row < goroutines->rows + goroutines->count; row++) {
		row->name = go_files_find(files, row->start, &function, &in_file)
		                ? function.name
		                : "";
		row->is_own = is_own_name(row->name);
		sum = row->is_own ? &goroutines->own : &goroutines->users;
		sum->count += row->count;
		sum->bytes += row->committed;
		sum->depth += row->depth;
		goroutines->unseen += row->unseen;
		if (row->point.code)
			goroutine_path_read(&row->path, pages, files, &row->point);
	}
}

void goroutines_release(struct goroutines *goroutines)
{
	free(goroutines->rows);
	hash_index_release(&goroutines->by_start);
	*goroutines = (struct goroutines){ .count = 0 };
}
