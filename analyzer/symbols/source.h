/*
 * symbols/source.h - what the code of a module says of its source frames.
 */
#ifndef OUTLIVE_SYMBOLS_SOURCE_H
#define OUTLIVE_SYMBOLS_SOURCE_H

#include <stdbool.h>
#include <stdint.h>

#define DWARF_FRAMES_MAX 64 /* per address; innermost frames beyond are left out */

/*
 * An *instance* is a function at one position in a module: a machine function, or a function that
 * was inlined at one position of one machine function. Numbers of instances count from 1 in each
 * module and stay valid as long as the symbolizer; 0: none.
 */
struct source_chain {
	/*
	 * As many and in the same order as the frames of symbolizer_resolve(): innermost first,
	 * the machine function last.
	 */
	uint32_t count;
	uint32_t instances[DWARF_FRAMES_MAX];
	/*
	 * The machine function that the call before the return address calls, if this module has
	 * its code: directly, or by a word that the loader sets to an address of the module. 0:
	 * the call goes to another module or by a pointer, or is not known.
	 */
	uint32_t called;
	bool is_known; /* the call could be read and decoded */
};

/*
 * A jump from a machine function to another one, which leaves no frame of the first behind.
 * `offset` is just after the jump, so that symbolizer_resolve() and symbolizer_source() say
 * where it is in the source. `target`: the machine function that it goes to; 0: it goes to
 * another module, is indirect, or is not known.
 */
struct source_jump {
	uint64_t offset;
	uint32_t target;
};

struct source_instance {
	uint32_t parent; /* the instance around it; 0: it is a machine function */
	uint32_t origin; /* equal for all instances of one source function of the module */
	bool is_part;    /* a machine function that is a part of its origin ("f.part.0") */
};

#endif
