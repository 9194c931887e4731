/*
 * report/advice_words.h - advice in plain words.
 */
#ifndef OUTLIVE_REPORT_ADVICE_WORDS_H
#define OUTLIVE_REPORT_ADVICE_WORDS_H

#include "verdict/advice.h"

/* One sentence without a full stop, escaped. 0, or -1: memory is out. */
int advice_text(struct text *text, const struct advice *advice,
                const struct classes *classes, const struct call_sites *call_sites);

#endif
