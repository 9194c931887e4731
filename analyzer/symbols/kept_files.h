/*
 * symbols/kept_files.h - keeps the files of loaded modules open while the program runs, so that
 * a file that is deleted or rebuilt meanwhile still gives names.
 */
#ifndef OUTLIVE_SYMBOLS_KEPT_FILES_H
#define OUTLIVE_SYMBOLS_KEPT_FILES_H

#include "trace_format.h"

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct module_shelf;

struct module_shelf *module_shelf_new(void); /* NULL: no memory */
void module_shelf_free(struct module_shelf *shelf);

/*
 * Open the modules that a definition chunk of process `pid` names, as that process sees them
 * (it may have another root). `chunk` is a private copy of `bytes` bytes; skips the records
 * before offset `from`. Returns the offset to continue from. Stops at damage, which is not an
 * error here: the analyzer reports it when it reads the chunk.
 */
size_t module_shelf_add(struct module_shelf *shelf, pid_t pid, const uint8_t *chunk,
                        size_t bytes, size_t from);

/*
 * Offer a file that a process was about to load as `path`; it may have been unlinked since.
 * The first argument is the struct module_shelf. Takes ownership of the descriptor.
 */
void module_shelf_offer(void *shelf, const char *path, int file);

/*
 * The descriptor of the file that was loaded from `path` with this build-id, or -1. The caller
 * must not close it.
 */
int module_shelf_find(const struct module_shelf *shelf, const char *path,
                      const uint8_t *build_id, size_t build_id_bytes);

#endif
