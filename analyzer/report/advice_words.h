/*
 * report/advice_words.h - advice in plain words.
 */
#ifndef OUTLIVE_REPORT_ADVICE_WORDS_H
#define OUTLIVE_REPORT_ADVICE_WORDS_H

#include "verdict/advice.h"

/* One sentence without a full stop, escaped. 0, or -1: memory is out. */
int advice_text(struct text *text, const struct advice *advice,
                const struct classes *classes, const struct call_sites *call_sites);

/* "saves 1.2k calls, 3.4 MiB, 1.2 to 2.4 ms". 0, or -1. */
int advice_saves_text(struct text *text, const struct advice *advice);

/* Why no time is promised; nothing if one is. 0, or -1 when memory is out. */
int advice_no_time_text(struct text *text, const struct advice *advice);

/* What it rests on: sizes, how many at once, activations, threads. Escaped; 0, or -1. */
int advice_basis_text(struct text *text, const struct advice *advice,
                      const struct classes *classes,
                      const struct call_sites *call_sites);

/* What would make it wrong, where another run differs from this one. 0, or -1. */
int advice_doubts_text(struct text *text, const struct advice *advice,
                       const struct classes *classes,
                       const struct call_sites *call_sites);

#endif
