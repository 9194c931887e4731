/*
 * modules/offer.h - the file of a library, given to the reader before it is loaded: it may be
 * removed right after. And where the process sees other files than the reader does, those of
 * all modules: when the process has ended, its file system may be no more.
 */
#ifndef OUTLIVE_PRELOAD_MODULES_OFFER_H
#define OUTLIVE_PRELOAD_MODULES_OFFER_H

#include <stdint.h>

/*
 * Once, for the reader of this session (0: nobody takes files). `reader_view` is ring_view() of
 * what it sees, 0 if that is not known. `program` is what this program's file is called: it is
 * given if it has no name any more.
 */
void module_offer_start(uint64_t session, uint64_t reader_view, const char *program);

/*
 * What dlopen() is about to be given. Names that the loader searches for are passed over:
 * libraries that are installed stay. Each file is given once.
 */
void module_offer(const char *file);

/* A module that is loaded: given where the reader does not see it. */
void module_offer_met(const char *path);

#endif
