/*
 * modules/offer.h - sends the file of a library to the reader before the library is loaded,
 * since the file may be removed right after. If the process sees other files than the reader
 * does, the files of all modules are sent: its file system may be gone when the process has
 * ended.
 */
#ifndef OUTLIVE_PRELOAD_MODULES_OFFER_H
#define OUTLIVE_PRELOAD_MODULES_OFFER_H

#include <stdint.h>

/*
 * Call once, for the reader of this session (0: no reader takes files). `reader_view`:
 * ring_view() of the files that the reader sees; 0: unknown. `program`: the name of this
 * program's file, which is sent if it was removed.
 */
void module_offer_start(uint64_t session, uint64_t reader_view, const char *program);

/*
 * Send the file that dlopen() will be given. Does nothing for a name without a directory: the
 * loader searches for it among installed libraries, which stay. Each file is sent once.
 */
void module_offer(const char *file);

/* Send the file of a loaded module if the reader does not see it. */
void module_offer_met(const char *path);

#endif
