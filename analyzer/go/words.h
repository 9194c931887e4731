/*
 * go/words.h - words of a file as they are once the loader has relocated them, at bias 0.
 */
#ifndef OUTLIVE_GO_WORDS_H
#define OUTLIVE_GO_WORDS_H

#include <gelf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct go_word {
	uint64_t at, value;
};

struct go_words {
	Elf *elf; /* borrowed */
	bool is_read;
	struct go_word *relocated; /* sorted by address */
	size_t count, capacity;
};

/* Read the relocations, unless that was done. 0, or -1 when memory is out. */
int go_words_read(struct go_words *words);
void go_words_release(struct go_words *words);

/* The word at an address. False: the file has none. */
bool go_words_get(const struct go_words *words, uint64_t address, uint64_t *value);

/*
 * Call each(context, address) for the addresses of words, all 8-aligned, that are `value`,
 * until it returns true. Returns whether it did.
 */
bool go_words_search(const struct go_words *words, uint64_t value,
                     bool (*each)(void *context, uint64_t address), void *context);

#endif
