/*
 * attach/object_words.h - one loaded object: its relocations, and writing to its words.
 */
#ifndef OUTLIVE_PRELOAD_ATTACH_OBJECT_WORDS_H
#define OUTLIVE_PRELOAD_ATTACH_OBJECT_WORDS_H

#include <link.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct object {
	uintptr_t bias, start, end;
	uintptr_t relro_start,
		relro_end;   /* whole pages that are read-only after relocation */
	bool has_opened; /* they are writable now, because of us */
	uintptr_t page;  /* the last one that was found to be writable */
	const ElfW(Dyn) * dynamic;
};

/* A word that may get a hook. */
struct candidate {
	uintptr_t *place;
	uintptr_t held; /* what is in it: the real function, or its way to be bound */
	uintptr_t ours; /* the hook */
	bool is_unwinding, is_resume; /* as in struct hook_choice */
};

/*
 * Describe an object, inside dl_iterate_phdr(). False: its words are not to be patched (this
 * library, the loader, the kernel's). object_close() must follow in any case.
 */
bool object_open(struct object *object, const struct dl_phdr_info *info);

/* Make its memory read-only again as far as it was. */
void object_close(struct object *object);

static inline bool object_holds(const struct object *object, uintptr_t address)
{
	return address - object->start < object->end - object->start;
}

/*
 * Call `visit` for each word that can get a hook and has none. Returns how many were passed over
 * because they hold somebody else's function.
 */
uint32_t object_candidates(struct object *object,
                           void (*visit)(void *context, struct object *object,
                                         const struct candidate *candidate),
                           void *context);

/* Write a word. False: its memory is not writable, and cannot be made so. */
bool object_write(struct object *object, uintptr_t *place, uintptr_t value);

#endif
