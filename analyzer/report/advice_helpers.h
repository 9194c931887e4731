/*
 * report/advice_helpers.h - the functions that end the blocks that advice is about.
 */
#ifndef OUTLIVE_REPORT_ADVICE_HELPERS_H
#define OUTLIVE_REPORT_ADVICE_HELPERS_H

#include "base/text.h"
#include "verdict/advice.h"

#include <stdbool.h>

/*
 * Append "; f() must no longer free them" if functions other than the owner end the blocks: they
 * would free what malloc did not allocate. 0, or -1 when memory is out.
 */
int advice_helpers_text(struct text *text, const struct advice *advice,
                        const struct classes *classes,
                        const struct life_summary *summary, bool is_freed_elsewhere);

#endif
