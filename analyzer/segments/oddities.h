/*
 * segments/oddities.h - what is unusual in a process's memory, in plain words.
 */
#ifndef OUTLIVE_SEGMENTS_ODDITIES_H
#define OUTLIVE_SEGMENTS_ODDITIES_H

#include "segments/segment.h"

enum oddity {
	ODDITY_CODE_MODIFIED, /* pages of code that this process changed */
	ODDITY_CODE_WRITABLE, /* memory that is writable and executable */
	ODDITY_STACK_LIMIT,   /* a stack that has used most of its limit */
	ODDITY_SWAPPED,       /* much of the process is in swap */
	ODDITY_HUGE_PAGES,
	ODDITY_DELETED_MODULE, /* a library that was replaced and is still mapped */
	ODDITY_OTHER_MEMORY,   /* much memory was mapped without malloc */
};

/* "code_modified", ..: the key in JSON. */
const char *oddity_key(enum oddity oddity);

/* How much is in SEGMENT_OTHER, and what is known of its possible owners. */
struct other_memory {
	uint64_t rss, total_rss;
	uint32_t runtimes;     /* enum segments_runtime, or'ed */
	bool has_own_malloc;   /* the program defines malloc itself: it is not recorded */
	bool is_without_large; /* large blocks of malloc are not in `rss` */
};

/* Write in plain words what this memory most likely is. False: it is too little to mention. */
bool segment_other_text(char *text, size_t bytes, const struct other_memory *other);

/*
 * Call `tell` for each oddity: `bytes` is the amount of memory concerned, `text` is a sentence
 * that may contain names from the process and must be escaped. 0, or -1: memory is out.
 */
int segment_oddities(const struct segments *segments,
                     void (*tell)(void *context, enum oddity oddity, uint64_t bytes,
                                  const char *text),
                     void *context);

#endif
