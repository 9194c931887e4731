/*
 * report/text/faults.h - what ended a program: a stack overflow, or another signal.
 */
#ifndef OUTLIVE_REPORT_TEXT_FAULTS_H
#define OUTLIVE_REPORT_TEXT_FAULTS_H

#include "verdict/classes.h"
#include "base/screen.h"

/*
 * Print the beginning of the report of a crashed program; of others nothing. 0, or -1: no
 * memory.
 */
int report_faults(const struct screen *screen, const struct classes *classes);

/* Write "SIGSEGV" into `text` (of TEXT_NUMBER_BYTES); returns it. */
const char *signal_text(char *text, uint32_t signal);

/*
 * Write "thread 4711 (worker)", escaped; returns `text`. `index`: the thread's in the replay.
 */
const char *thread_text(char *text, size_t bytes, const struct replay *replay,
                        uint32_t index);

#endif
