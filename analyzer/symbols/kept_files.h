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

struct kept_files;

struct kept_files *kept_files_new(void); /* NULL: no memory */
void kept_files_free(struct kept_files *kept);

/*
 * Open the modules that a definition chunk of process `pid` names, as that process sees them
 * (it may have another root). `chunk` is a private copy of `bytes` bytes; skips the records
 * before offset `from`. Returns the offset to continue from. Stops at damage, which is not an
 * error here: the analyzer reports it when it reads the chunk.
 */
size_t kept_files_add(struct kept_files *kept, pid_t pid, const uint8_t *chunk,
                      size_t bytes, size_t from);

/*
 * Offer a file that a process was about to load as `path`; it may have been unlinked since.
 * The first argument is the struct kept_files. Takes ownership of the descriptor.
 */
void kept_files_offer(void *kept, const char *path, int file);

#define KEPT_DOUBTFUL (-2)

/*
 * The descriptor of the file that was loaded from `path` with this build-id. The caller must not
 * close it. -1: it was not kept; KEPT_DOUBTFUL: different files had this path, so the one that
 * has it now may be the wrong one.
 */
int kept_files_find(const struct kept_files *kept, const char *path,
                    const uint8_t *build_id, size_t build_id_bytes);

#endif
