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

#include "symbols/kept_files.h"
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
 * Call watch(context, asked, 0) before each module is read, and every few hundred addresses.
 * `asked`: the number of addresses resolved so far. How many will follow is not known here.
 */
void symbolizer_watch(struct symbolizer *symbolizer,
                      void (*watch)(void *context, uint64_t asked, uint64_t expected),
                      void *context);

/*
 * Set what libdw calls when memory is out. It cannot go on then, so the handler must not
 * return. libdw does not call it everywhere: where it does not check, it will crash.
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

/*
 * Call each(context, frame) for the frames at a return address, innermost inlined function
 * first. offset: return address - bias of the module. Strings live as long as the symbolizer.
 * Returns the number of frames; 0: nothing is known.
 */
int symbolizer_resolve(struct symbolizer *symbolizer, int module, uint64_t offset,
                       void (*each)(void *context, const struct symbol_frame *frame),
                       void *context);

#endif
