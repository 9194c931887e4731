/*
 * report/text/faults.h - what a program died of: an overflow of a stack, or another signal.
 */
#ifndef OUTLIVE_REPORT_TEXT_FAULTS_H
#define OUTLIVE_REPORT_TEXT_FAULTS_H

#include "verdict/classes.h"
#include "base/screen.h"

/* What is said first of a crashed program; nothing of another. 0, or -1: no memory. */
int report_faults(const struct screen *screen, const struct classes *classes);

/* "SIGSEGV" into `text` (TEXT_NUMBER_BYTES); returns it. */
const char *signal_text(char *text, uint32_t signal);

/* "thread 4711 (worker)", escaped, into `text`; returns it. `index` of the replay's. */
const char *thread_text(char *text, size_t bytes, const struct replay *replay,
                        uint32_t index);

#endif
