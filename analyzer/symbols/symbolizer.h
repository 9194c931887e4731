/*
 * symbols/symbolizer.h - names for return addresses, from the files of the modules: DWARF with
 * inlined functions and lines, else symbol tables.
 *
 * Separate debug files are found by build-id and .gnu_debuglink under /usr/lib/debug,
 * and asked from a debuginfod server only if DEBUGINFOD_URLS is set. Answers are kept,
 * so that the same address of another process costs nothing.
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

/* Look for modules on this shelf first, then by path. It must outlive the symbolizer. */
void symbolizer_use_shelf(struct symbolizer *symbolizer,
                          const struct module_shelf *shelf);

/*
 * Call watch(context, asked, 0) before a module is read, and now and then: `asked`
 * addresses were looked up so far. How many there will be is not known here.
 */
void symbolizer_watch(struct symbolizer *symbolizer,
                      void (*watch)(void *context, uint64_t asked, uint64_t expected),
                      void *context);

/*
 * What libdw shall do when memory is out, as it cannot go on then: handler() must not return.
 * It is not always asked: where libdw has not looked, a fault is what comes of it.
 */
typedef void (*memory_out_handler)(void) __attribute__((noreturn));
void symbolizer_on_memory_out(struct symbolizer *symbolizer,
                              memory_out_handler handler);

/*
 * The file that was loaded from `path`: a handle >= 0, or -1 if it is not there or has
 * another build-id. build_id_bytes 0: it had none, and must have none.
 */
int symbolizer_module(struct symbolizer *symbolizer, const char *path,
                      const uint8_t *build_id, size_t build_id_bytes);

/*
 * Call each(context, frame) for the frames at a return address (offset: return address -
 * bias of the module), innermost inlined first. Strings live as long as the symbolizer.
 * Returns the number of frames; 0: nothing is known.
 */
int symbolizer_resolve(struct symbolizer *symbolizer, int module, uint64_t offset,
                       void (*each)(void *context, const struct symbol_frame *frame),
                       void *context);

#endif
