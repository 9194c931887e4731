/*
 * symbols/symbolizer.h - finds names for return addresses in the files of the modules: by DWARF
 * with inlined functions and lines, else by symbol tables.
 *
 * Separate debug files are found by build-id and .gnu_debuglink under /usr/lib/debug. A
 * debuginfod server is asked only if DEBUGINFOD_URLS is set. Answers are kept, so the same
 * address in another process costs nothing.
 */
#ifndef OUTLIVE_SYMBOLS_SYMBOLIZER_H
#define OUTLIVE_SYMBOLS_SYMBOLIZER_H

#include "symbols/given_files.h"
#include "symbols/kept_files.h"
#include "symbols/source.h"
#include "trace/symbol_table.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct symbolizer;

struct symbolizer *symbolizer_new(void); /* NULL: no memory */
void symbolizer_free(struct symbolizer *symbolizer);

/* Search these kept files before the path of a module. They must outlive the symbolizer. */
void symbolizer_use_kept(struct symbolizer *symbolizer, const struct kept_files *kept);

/*
 * Search these files before all others, for code and for debug information; a debug file without
 * code serves if the module's own file is gone. They must outlive the symbolizer.
 */
void symbolizer_use_given(struct symbolizer *symbolizer, struct given_files *given);

/*
 * Call watch(context, asked, 0) before each module is read, and every few hundred addresses.
 * `asked`: the number of addresses resolved so far. How many will follow is not known here.
 */
void symbolizer_watch(struct symbolizer *symbolizer,
                      void (*watch)(void *context, uint64_t asked, uint64_t expected),
                      void *context);

/*
 * Set what libdw calls when memory is out, instead of memory_limit_end(). It cannot go on then,
 * so the handler must not return. libdw does not call it everywhere: where it does not check, it
 * will crash.
 */
typedef void (*memory_out_handler)(void) __attribute__((noreturn));
void symbolizer_on_memory_out(struct symbolizer *symbolizer,
                              memory_out_handler handler);

/*
 * The handle (>= 0) of the file that was loaded from `path`, or -1 if it is gone or has another
 * build-id. build_id_bytes 0: the module had no build-id, and the file must have none.
 */
int symbolizer_module(struct symbolizer *symbolizer, const char *path,
                      const uint8_t *build_id, size_t build_id_bytes);

/* What a module's names come from. */
struct symbol_origin {
	bool is_given;    /* one of the given files has its build-id */
	bool has_dwarf;   /* there is debug information with functions and lines */
	bool has_code;    /* without it, what depends on the code is not known */
	const char *path; /* of the file with the names; owned by the symbolizer */
};
struct symbol_origin symbolizer_origin(struct symbolizer *symbolizer, int module);

/*
 * The files that the module's debug information needs for what was asked, and that were not found:
 * .dwo files, and one of dwz, by the paths in it. NULL: there are no more.
 */
const char *symbolizer_missing(const struct symbolizer *symbolizer, int module,
                               size_t number);

/*
 * Call each(context, frame) for the frames at a return address, innermost inlined function
 * first. offset: return address - bias of the module. Strings live as long as the symbolizer.
 * Returns the number of frames; 0: nothing is known.
 */
int symbolizer_resolve(struct symbolizer *symbolizer, int module, uint64_t offset,
                       void (*each)(void *context, const struct symbol_frame *frame),
                       void *context);

/* ---- source frames -------------------------------------------------------------------- */

/*
 * Find the instances at a return address. offset: as in symbolizer_resolve(). False: no
 * function is known there; then chain->count is 0.
 */
bool symbolizer_source(struct symbolizer *symbolizer, int module, uint64_t offset,
                       struct source_chain *chain);

/*
 * Which inlined instances may have stayed the same while an activation of a machine function
 * went from one of its calls to another. `from`, `to`: the return addresses of the two calls,
 * as in symbolizer_resolve(), in one machine function. `to` may also be the offset of a jump out
 * of the function (struct source_jump): which instances are around the function that it jumps
 * to, and are still the same.
 *
 * Bit k of the result: it is possible that the outer k of the inlined instances that both have
 * in common (from the machine function inwards, itself not counted) are still the same
 * activations, and that all further inwards have ended. 0: nothing is known: the code cannot be
 * read, no way leads from one call to the other, or a limit was reached.
 *
 * *merged: how many instances of `to` inside the common ones are still the same activations,
 * although another debug entry describes them: compilers let two copies of a function share
 * their end. Usually 0.
 */
uint64_t symbolizer_kept(struct symbolizer *symbolizer, int module, uint64_t from,
                         uint64_t to, uint32_t *merged);

/*
 * The jumps out of a machine function, conditional ones, too. A jump to the function's own
 * `.cold` part is not one. *count: how many. Owned by the symbolizer, and valid until it is
 * called again.
 */
const struct source_jump *symbolizer_jumps(struct symbolizer *symbolizer, int module,
                                           uint32_t function, size_t *count);

/*
 * The only chain of jumps that leads from one machine function to another one, or (to_function
 * 0) to a function that is not known: the offsets as in struct source_jump, into
 * offsets[max]. Returns their number; 0: no chain, several ones, or one of more than `max`
 * jumps. Between the same two functions several jumps count as one: that in the fewest
 * instances is taken.
 */
size_t symbolizer_jump_chain(struct symbolizer *symbolizer, int module,
                             uint32_t from_function, uint32_t to_function,
                             uint64_t *offsets, size_t max);

/* What an instance is. False: there is none of that number. */
bool symbolizer_instance(struct symbolizer *symbolizer, int module, uint32_t instance,
                         struct source_instance *facts);

#endif
