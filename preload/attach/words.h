/*
 * attach/words.h - the words of loaded objects by which they call functions of other objects: our
 * hooks are put into them, and taken out again.
 *
 * A word is what a relocation of a function's symbol has filled: of a PLT (JUMP_SLOT), of the
 * GOT, or in a table of pointers. Only a word that holds the real function is patched, or one that
 * is to be bound lazily; a word that holds somebody else's function is left alone and counted.
 * Each word keeps what it held, and gets it back only if our hook is still in it.
 *
 * One thread calls all of this.
 */
#ifndef OUTLIVE_PRELOAD_ATTACH_WORDS_H
#define OUTLIVE_PRELOAD_ATTACH_WORDS_H

#include <stdbool.h>
#include <stdint.h>

struct words_counts {
	uint32_t patched; /* at the moment */
	uint32_t foreign; /* left alone: they hold neither the real function nor ours */
	uint32_t denied;  /* their memory cannot be written */
	uint32_t lost;    /* of the last words_restore(): changed by others since */
	uint32_t put_back;
};
extern struct words_counts words_counts;

/* Patch all objects. real_resolve() has returned. False: there is no memory for the list. */
bool words_patch(void);

/*
 * Patch the objects that were opened since, forget the words of those that were closed, and patch
 * again what lazy binding has overwritten. Only if objects were opened or closed, or `is_due`.
 * False: nothing was done.
 */
bool words_follow(bool is_due);

/* Put back every word that is still ours. */
void words_restore(void);

#endif
