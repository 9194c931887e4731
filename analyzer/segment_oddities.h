/*
 * segment_oddities.h - what is worth a second look in a process's memory, in plain words.
 * Layer 5.
 */
#ifndef OUTLIVE_SEGMENT_ODDITIES_H
#define OUTLIVE_SEGMENT_ODDITIES_H

#include "segments.h"

enum oddity {
	ODDITY_CODE_MODIFIED, /* pages of code that are this process's own */
	ODDITY_CODE_WRITABLE, /* memory that is writable and executable */
	ODDITY_STACK_LIMIT,   /* a stack that has used most of its room */
	ODDITY_SWAPPED,       /* much of it is in swap */
	ODDITY_HUGE_PAGES,
	ODDITY_DELETED_MODULE, /* a library that was replaced and is still mapped */
};

/* "code_modified", ..: the key of JSON. */
const char *oddity_key(enum oddity oddity);

/*
 * Call `tell` for each; `bytes` is how much memory it is about, `text` a sentence with
 * names of the process in it, to be escaped. 0, or -1: memory is out.
 */
int segment_oddities(const struct segments *segments,
                     void (*tell)(void *context, enum oddity oddity, uint64_t bytes,
                                  const char *text),
                     void *context);

#endif
