/* verdict/kept_help.c - what libc's malloc keeps though it is free, and what would help. */
#include "verdict/kept_help.h"

#include "verdict/heap_contents.h"

#include <stdlib.h>

#define POOL_SHARE 20 /* a pool must free one in so many bytes of the heap */
#define TRIM_BYTES (UINT64_C(128) << 10) /* glibc's threshold, unless it grows */
#define ARENAS_MIN 2                     /* arenas of threads */

const char *kept_unknown_text(const struct profile *profile)
{
	const struct kept *last = &profile->replay.kept.moments[HEAP_LAST];

	if (profile_is_sampled(profile))
		return "a sample of the blocks cannot show what is on the pages of the heap";
	if (profile->process->header.flags & RING_OWN_MALLOC)
		return "the program contains its own malloc";
	if (profile->process->header.flags & RING_MALLOC_BEFORE)
		return "another library's malloc is called before outlive's";
	if (profile->runtimes & RUNTIME_MALLOC)
		return "a library replaces libc's malloc, and what it keeps where is not read";
	if (profile->process->header.flags & RING_FORKED)
		return "the process began by fork, and the blocks that its parent made are not known";
	if (segment_inside_is_lost(profile))
		return "too many events are missing";
	if (!last->is_filled)
		return "the recording does not have the pages of the heap: it is from before "
			   "version 1.3, the process has no heap, or it ended too soon";
	if (last->other_bytes > last->all.live + last->mapped_bytes)
		return "most blocks are in memory that is not libc's heap";
	return NULL;
}

const struct kept *kept_at(const struct profile *profile, enum heap_moment moment)
{
	const struct kept *kept = &profile->replay.kept.moments[moment];

	return kept->is_filled ? kept : NULL;
}

enum heap_moment kept_worst(const struct profile *profile)
{
	const struct kept *largest = kept_at(profile, HEAP_LARGEST);
	const struct kept *last = kept_at(profile, HEAP_LAST);

	return largest && kept_free(&largest->all) > kept_free(&last->all) ? HEAP_LARGEST
	                                                                   : HEAP_LAST;
}

static int pin_compare(const void *one, const void *two)
{
	const struct kept_pin *a = one, *b = two;

	if (a->row.pinned != b->row.pinned)
		return a->row.pinned > b->row.pinned ? -1 : 1;
	return a->call_site < b->call_site ? -1 : a->call_site > b->call_site;
}

/* Group the call paths by call site. 0, or -1: memory is out. */
static int pins_make(struct kept_help *help, const struct findings *findings)
{
	const struct call_sites *call_sites = &findings->call_sites;
	uint32_t paths = findings->classes->profile->replay.paths.count, i;
	uint32_t *group_of = calloc((size_t)paths + 1, sizeof(*group_of));
	struct kept_row *rows = calloc((size_t)call_sites->count + 1, sizeof(*rows));

	help->pins = calloc((size_t)call_sites->count + 1, sizeof(*help->pins));
	if (group_of && rows && help->pins) {
		/* group 0: blocks that are not counted */
		for (i = 1; i < paths; i++)
			group_of[i] = call_sites->of_path[i] + 1;
		kept_group(help->kept, group_of, rows);
		help->uncounted = rows[0];
		for (i = 0; i < call_sites->count; i++) {
			if (rows[i + 1].pinned)
				help->pins[help->pin_count++] = (struct kept_pin){ i, rows[i + 1] };
		}
		if (help->pin_count)
			qsort(help->pins, help->pin_count, sizeof(*help->pins), pin_compare);
	}
	free(rows);
	i = group_of && help->pins;
	free(group_of);
	return i ? 0 : -1;
}

/* Whether so many bytes are worth a word, in a heap of that size. */
static bool is_much(uint64_t bytes, const struct kept *kept, uint64_t share)
{
	return bytes >= KEPT_BYTES_MIN && bytes > kept->all.resident / share;
}

static void arenas_sum(struct kept_help *help)
{
	const struct kept *kept = help->kept;
	uint64_t needed;
	size_t i;

	for (i = 0; i < kept->arena_count; i++) {
		if (!kept->arenas[i].address)
			continue;
		help->arena_count++;
		help->arena_resident += kept->arenas[i].bytes.resident;
		help->arena_free += kept_free(&kept->arenas[i].bytes);
		if (kept->arenas[i].bytes.top > TRIM_BYTES)
			help->ends_save += kept->arenas[i].bytes.top - TRIM_BYTES;
	}
	if (!is_much(help->ends_save, kept, KEPT_SHARE))
		help->ends_save = 0;
	needed = kept->heap_peak + kept->all.pinned;
	if (help->arena_count < ARENAS_MIN || kept->all.resident <= needed)
		return;
	help->arena_save = kept->all.resident - needed;
	if (help->arena_save > help->arena_free)
		help->arena_save = help->arena_free;
	if (!is_much(help->arena_save, kept, KEPT_SHARE))
		help->arena_save = 0;
}

int kept_help_make(struct kept_help *help, const struct findings *findings,
                   enum heap_moment moment)
{
	const struct kept *kept = kept_at(findings->classes->profile, moment);

	*help = (struct kept_help){ .kept = kept };
	help->free_bytes = kept_free(&kept->all);
	help->is_large = is_much(help->free_bytes, kept, KEPT_SHARE);
	help->trim = kept_trimmable(&kept->all);
	arenas_sum(help);
	if (pins_make(help, findings))
		return -1;
	help->has_pool = help->pin_count &&
	                 is_much(help->pins[0].row.alone, kept, POOL_SHARE);
	return 0;
}

void kept_help_release(struct kept_help *help)
{
	free(help->pins);
	*help = (struct kept_help){ .kept = NULL };
}
