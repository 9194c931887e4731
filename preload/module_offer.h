/*
 * module_offer.h - the file of a library, given to the reader before it is loaded: it may be
 * removed right after. Layer 3.
 */
#ifndef OUTLIVE_MODULE_OFFER_H
#define OUTLIVE_MODULE_OFFER_H

#include <stdint.h>

/*
 * What dlopen() is about to be given. Names that the loader searches for are passed over:
 * libraries that are installed stay. Each file is given once.
 */
void module_offer(uint64_t session, const char *file);

/* The same of the program itself, called `path`, if its file has no name any more. */
void module_offer_program(uint64_t session, const char *path);

#endif
