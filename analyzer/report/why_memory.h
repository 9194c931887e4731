/*
 * report/why_memory.h - what else than blocks a user means by the argument of --why: calls
 * that map memory, and stacks.
 */
#ifndef OUTLIVE_REPORT_WHY_MEMORY_H
#define OUTLIVE_REPORT_WHY_MEMORY_H

#include "base/text.h"
#include "verdict/classes.h"
#include "verdict/stack_names.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * How --why names a call path that maps memory (12m), the deepest path of a thread by the
 * thread's serial number (3s), and that of a stack that is no thread's own (1o). A function's
 * number (35f) and that of a call (35c) mean what they mean for blocks.
 */
#define WHY_MAPPING "m"
#define WHY_STACK "s"
#define WHY_OTHER_STACK "o"
#define WHY_MEMORY_BYTES 16
const char *why_mapping_text(char text[WHY_MEMORY_BYTES], uint32_t path);
const char *why_stack_text(char text[WHY_MEMORY_BYTES], const struct thread *thread);
const char *why_other_stack_text(char text[WHY_MEMORY_BYTES], uint32_t index);

/* The number of the call at which that call path counts: "35c". */
const char *why_mapping_call_text(char text[WHY_MEMORY_BYTES],
                                  const struct classes *classes, uint32_t node);

/* Zeroed: nothing. Release it. */
struct why_memory {
	uint8_t *mappings;                 /* [path in replay/mappings.h]: meant */
	uint32_t mapping_count;            /* how many are */
	const struct stack_deepest *stack; /* whose path is meant; NULL: none */
	uint32_t thread,
		other;         /* .. of this thread, or stack: its index + 1; 0: not of one */
	uint32_t function; /* it is meant, and on a stack; 0: none */
};

/*
 * Find what `which` means; a part of a name only if `takes_parts`. *line lists functions in
 * one line if it may be several. 0, or -1 when memory is out.
 */
int why_memory_choose(struct why_memory *memory, const struct classes *classes,
                      const char *which, bool takes_parts, struct text *line);
void why_memory_release(struct why_memory *memory);

#endif
