/*
 * attach/words.c - the list of patched words, and what is in them.
 *
 * All of it happens inside dl_iterate_phdr(): while that holds the loader's lock, no object can
 * be closed.
 */
#include "attach/words.h"

#include <link.h>

#include "attach/object_words.h"
#include "system/own_memory.h"
#include "system/system.h"

#define WORDS_FIRST 4096

struct word {
	uintptr_t *place;
	uintptr_t before, ours;
	bool is_seen; /* in an object that is still there */
	bool is_resume;
};

struct words_counts words_counts;

static struct word *words;
static uint32_t count, capacity;
static bool is_short; /* of memory for the list */
static unsigned long long adds_seen, subs_seen;

static bool room_make(void)
{
	uint32_t larger = capacity ? capacity * 2 : WORDS_FIRST;
	struct word *list;

	if (count < capacity)
		return true;
	list = own_memory_map(larger * sizeof(*list));
	if (!list)
		return false;
	if (words) {
		memcpy(list, words, count * sizeof(*list));
		own_memory_unmap(words, capacity * sizeof(*list));
	}
	words = list;
	capacity = larger;
	return true;
}

/* ---- patching --------------------------------------------------------------------- */

static void candidate_patch(void *context, struct object *object,
                            const struct candidate *candidate)
{
	if (candidate->is_unwinding != *(const bool *)context)
		return;
	if (!room_make()) {
		is_short = true;
		return;
	}
	if (!object_write(object, candidate->place, candidate->ours)) {
		words_counts.denied++;
		return;
	}
	words[count++] = (struct word){ candidate->place, candidate->held, candidate->ours,
		                            true, candidate->is_resume };
}

static int object_patch(struct dl_phdr_info *info, size_t size_bytes, void *unwinding)
{
	struct object object;

	(void)size_bytes;
	adds_seen = info->dlpi_adds;
	subs_seen = info->dlpi_subs;
	if (object_open(&object, info))
		words_counts.foreign += object_candidates(&object, candidate_patch, unwinding);
	object_close(&object);
	return 0;
}

/*
 * First what unwinds, in all objects: a call of the allocator may put stubs into frames, and an
 * exception that passes them must be seen from then on.
 */
bool words_patch(void)
{
	bool unwinding = true;

	is_short = false;
	words_counts.denied = 0;
	dl_iterate_phdr(object_patch, &unwinding);
	words_counts.foreign = 0; /* the second time, all are counted again */
	unwinding = false;
	dl_iterate_phdr(object_patch, &unwinding);
	words_counts.patched = count;
	return !is_short;
}

/* ---- following -------------------------------------------------------------------- */

/* A word of an object that is there: still ours, bound meanwhile, or somebody else's. */
static int object_follow(struct dl_phdr_info *info, size_t size_bytes, void *unused)
{
	struct object object;

	(void)size_bytes;
	(void)unused;
	if (!object_open(&object, info)) {
		object_close(&object);
		return 0;
	}
	for (uint32_t i = 0; i < count; i++) {
		uintptr_t held;

		if (words[i].is_seen || !object_holds(&object, (uintptr_t)words[i].place))
			continue;
		held = __atomic_load_n(words[i].place, __ATOMIC_ACQUIRE);
		words[i].is_seen = held == words[i].ours;
	}
	object_close(&object);
	return 0;
}

/* Drop the words that are not ours any more: a new search of their object finds them again. */
static void words_sweep(void)
{
	uint32_t left = 0;

	for (uint32_t i = 0; i < count; i++)
		words[i].is_seen = false;
	dl_iterate_phdr(object_follow, NULL);
	for (uint32_t i = 0; i < count; i++) {
		if (words[i].is_seen)
			words[left++] = words[i];
	}
	count = left;
}

static int changes_read(struct dl_phdr_info *info, size_t size_bytes, void *has_changed)
{
	(void)size_bytes;
	if (info->dlpi_adds != adds_seen || info->dlpi_subs != subs_seen)
		*(bool *)has_changed = true;
	return 1;
}

bool words_follow(bool is_due)
{
	dl_iterate_phdr(changes_read, &is_due);
	if (!is_due)
		return false;
	words_sweep();
	words_patch();
	return true;
}

/* ---- taking out ------------------------------------------------------------------- */

static int object_restore(struct dl_phdr_info *info, size_t size_bytes, void *resumes)
{
	struct object object;

	(void)size_bytes;
	if (!object_open(&object, info)) {
		object_close(&object);
		return 0;
	}
	for (uint32_t i = 0; i < count; i++) {
		if (!words[i].is_seen || words[i].is_resume != *(const bool *)resumes ||
		    !object_holds(&object, (uintptr_t)words[i].place))
			continue;
		words[i].is_seen = false;
		if (__atomic_load_n(words[i].place, __ATOMIC_ACQUIRE) != words[i].ours)
			words_counts.lost++;
		else if (object_write(&object, words[i].place, words[i].before))
			words_counts.put_back++;
		else
			words_counts.denied++;
	}
	object_close(&object);
	return 0;
}

/*
 * First what goes on with exceptions: of one that it does not know it believes that it was thrown
 * before any function of ours was reached.
 */
void words_restore(void)
{
	bool resumes = true;

	words_counts.lost = words_counts.put_back = words_counts.denied = 0;
	for (uint32_t i = 0; i < count; i++)
		words[i].is_seen = true;
	dl_iterate_phdr(object_restore, &resumes);
	resumes = false;
	dl_iterate_phdr(object_restore, &resumes);
	count = 0;
	words_counts.patched = 0;
}
