/*
 * report/text/why_advice.h - the advice in --why, and the reasons where there is none.
 */
#ifndef OUTLIVE_REPORT_TEXT_WHY_ADVICE_H
#define OUTLIVE_REPORT_TEXT_WHY_ADVICE_H

#include "base/screen.h"
#include "verdict/advice.h"

#include <stdint.h>

/*
 * Print the advice about these call sites, and for each that has none, why. 0, or -1: memory is
 * out.
 */
int report_why_advice(const struct screen *screen, const struct findings *findings,
                      const uint32_t *call_sites, uint32_t count);

#endif
