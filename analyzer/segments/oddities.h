/*
 * segments/oddities.h - what is worth a second look in a process's memory, in plain words.
 */
#ifndef OUTLIVE_SEGMENTS_ODDITIES_H
#define OUTLIVE_SEGMENTS_ODDITIES_H

#include "segments/segment.h"

enum oddity {
	ODDITY_CODE_MODIFIED, /* pages of code that are this process's own */
	ODDITY_CODE_WRITABLE, /* memory that is writable and executable */
	ODDITY_STACK_LIMIT,   /* a stack that has used most of its room */
	ODDITY_SWAPPED,       /* much of it is in swap */
	ODDITY_HUGE_PAGES,
	ODDITY_DELETED_MODULE, /* a library that was replaced and is still mapped */
	ODDITY_OTHER_MEMORY,   /* much of it was asked of the kernel, past malloc */
};

/* "code_modified", ..: the key of JSON. */
const char *oddity_key(enum oddity oddity);

/* What is in SEGMENT_OTHER, and what is known of who might have mapped it. */
struct other_memory {
	uint64_t rss, total_rss;
	uint32_t runtimes;     /* enum segments_runtime */
	bool has_own_malloc;   /* in the program itself: nobody recorded it */
	bool is_without_large; /* large blocks of malloc were told apart */
};

/* What it most likely is, in plain words; false: it is too little to speak of. */
bool segment_other_text(char *text, size_t bytes, const struct other_memory *other);

/*
 * Call `tell` for each; `bytes` is how much memory it is about, `text` a sentence with
 * names of the process in it, to be escaped. 0, or -1: memory is out.
 */
int segment_oddities(const struct segments *segments,
                     void (*tell)(void *context, enum oddity oddity, uint64_t bytes,
                                  const char *text),
                     void *context);

#endif
