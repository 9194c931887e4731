/*
 * report/text/timeline_sentences.h - what matters most of segments over time, in sentences.
 */
#ifndef OUTLIVE_REPORT_TEXT_TIMELINE_SENTENCES_H
#define OUTLIVE_REPORT_TEXT_TIMELINE_SENTENCES_H

#include "base/screen.h"
#include "report/timeline.h"

/*
 * Print the highest size and what it consists of, what grew, what the heap holds, and how much of
 * the recorder's own is left out. Needs at least one snapshot.
 */
void timeline_sentences_print(const struct segment_timeline *timeline,
                              const struct screen *screen);

#endif
