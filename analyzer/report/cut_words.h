/*
 * report/cut_words.h - where walks of stacks ended early: a name and a few words for each kind.
 */
#ifndef OUTLIVE_REPORT_CUT_WORDS_H
#define OUTLIVE_REPORT_CUT_WORDS_H

#include "ring_format.h"

/*
 * How many stacks were cut, by enum cut_kind. [CUT_NONE]: those of no kind that is known here, as
 * an older or a newer outlive has recorded them. All together they are lost[LOST_STACKS_CUT].
 */
struct cut_counts {
	uint64_t counts[CUT_KINDS];
};
struct cut_counts cut_counts(const struct ring_header *header);

/* The kind's key in JSON: "go_frame". */
const char *cut_name(enum cut_kind kind);

/* Where such a walk ended, in words that follow "at": "code without call frame information". */
const char *cut_text(enum cut_kind kind);

#endif
