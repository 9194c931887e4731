/* segments/go_spans.c - goes through the spans of each arena. */
#include "segments/go_spans.h"

#include "base/array.h"
#include "base/page.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define GO_PAGE UINT64_C(8192)
#define ARENA_PAGES 8192
#define SPAN_START 24 /* mspan.startAddr; mspan.npages follows: since Go 1.8, to 1.26 */
#define SPAN_PAGES 32
#define SPAN_BYTES 120            /* read of each mspan: all that any layout needs */
#define SPAN_PAGES_MAX (1u << 26) /* 512 GiB */
#define STACK_ELEMENT_MIN 2048    /* a span for stacks has their size in elemsize */
#define WORDS_READ (PAGE / 8)

enum { STATE_DEAD, STATE_IN_USE, STATE_MANUAL, STATES };

#define MINORS_MAX 3

/* By version; those between are not checked, and tried as if the version were not known. */
static const struct {
	unsigned minors[MINORS_MAX];
	struct go_span_layout layout;
} layouts[] = {
	{ { 26, 23, 22 }, { 0, 99, 104 } },
	{ { 21 }, { 1064960, 107, 112 } },
	{ { 19 }, { 2097152, 99, 104 } },
};

const struct go_span_layout *go_span_layout(unsigned minor)
{
	for (size_t i = 0; minor && i < GO_SPAN_LAYOUTS; i++) {
		for (size_t j = 0; j < MINORS_MAX; j++) {
			if (layouts[i].minors[j] == minor)
				return &layouts[i].layout;
		}
	}
	return NULL;
}

const struct go_span_layout *go_span_layout_number(size_t number)
{
	static_assert(sizeof(layouts) / sizeof(layouts[0]) == GO_SPAN_LAYOUTS, "layouts");
	return &layouts[number].layout;
}

static bool is_power(uint64_t number)
{
	return number && !(number & (number - 1));
}

/* Record the pages of a span for stacks; 0, or -1: memory is out. */
static int stack_add(struct go_spans *spans, uint64_t start, uint64_t end)
{
	struct go_range *last = spans->stack_count ? &spans->stacks[spans->stack_count - 1]
	                                           : NULL;

	if (last && last->end == start) {
		last->end = end;
		return 0;
	}
	if (array_reserve(spans->stacks, spans->stack_room, spans->stack_count + 1))
		return -1;
	spans->stacks[spans->stack_count++] = (struct go_range){ start, end };
	return 0;
}

/*
 * Read the span that begins at `start`. Returns its bytes; 0: there is none. The word may be of
 * a span that was freed; its mspan may by now be another span's.
 */
static uint64_t span_read(struct go_spans *spans, struct memory_pages *pages,
                          const struct go_span_layout *layout, uint64_t at,
                          uint64_t start, int *result)
{
	uint8_t mspan[SPAN_BYTES];
	uint64_t is_start, count, element, bytes;

	if (at % 8 || !memory_pages_copy(pages, at, mspan, sizeof(mspan))) {
		spans->odd++;
		return 0;
	}
	memcpy(&is_start, mspan + SPAN_START, sizeof(is_start));
	memcpy(&count, mspan + SPAN_PAGES, sizeof(count));
	memcpy(&element, mspan + layout->element, sizeof(element));
	if (is_start != start || mspan[layout->state] == STATE_DEAD)
		return 0;
	if (mspan[layout->state] >= STATES || !count || count > SPAN_PAGES_MAX) {
		spans->odd++;
		return 0;
	}
	bytes = count * GO_PAGE;
	spans->spans++;
	if (mspan[layout->state] == STATE_IN_USE) {
		spans->heap += bytes;
	} else if (element < STACK_ELEMENT_MIN || !is_power(element)) {
		spans->work += bytes;
	} else {
		spans->stack += bytes;
		*result |= stack_add(spans, start, start + bytes);
	}
	return bytes;
}

/*
 * Read some words of an arena's list of spans, up to the end of a page; *words is all zero if
 * that page is not in memory: it was never written. Returns how many.
 */
static size_t words_read(struct memory_pages *pages, uint64_t at,
                         uint64_t words[WORDS_READ], size_t left)
{
	size_t count = (PAGE - at % PAGE) / sizeof(*words);

	count = count ? count : 1; /* a word across two pages: the list is not there */
	count = count < left ? count : left;
	if (at % sizeof(*words) ||
	    !memory_pages_copy(pages, at, words, count * sizeof(*words)))
		memset(words, 0, count * sizeof(*words));
	return count;
}

/* A span may be larger than its arena: only its first page counts. */
static int arena_read(struct go_spans *spans, struct memory_pages *pages,
                      const struct go_arena *arena, const struct go_span_layout *layout)
{
	uint64_t words[WORDS_READ], at = arena->description + layout->spans, bytes;
	size_t page, count, i, next = 0; /* next: the page after the last span */
	int result = 0;

	for (page = 0; page < ARENA_PAGES && !result; page += count) {
		count = words_read(pages, at + page * sizeof(*words), words,
		                   ARENA_PAGES - page);
		for (i = 0; i < count && !result; i++) {
			if (!words[i] || page + i < next)
				continue;
			bytes = span_read(spans, pages, layout, words[i],
			                  arena->start + (page + i) * GO_PAGE, &result);
			if (bytes)
				next = page + i + bytes / GO_PAGE;
		}
	}
	return result;
}

int go_spans_read(struct go_spans *spans, struct memory_pages *pages,
                  const struct go_arenas *arenas, const struct go_span_layout *layout)
{
	int result = 0;

	for (size_t i = 0; i < arenas->count && !result; i++)
		result = arena_read(spans, pages, &arenas->arenas[i], layout);
	return result;
}

void go_spans_release(struct go_spans *spans)
{
	free(spans->stacks);
	*spans = (struct go_spans){ .heap = 0 };
}
