/*
 * report/text/recording.h - a recording for people: the report of one of its processes, and the
 * list of the others. `outlive run` at its end and `outlive report` both use it.
 */
#ifndef OUTLIVE_REPORT_TEXT_RECORDING_H
#define OUTLIVE_REPORT_TEXT_RECORDING_H

#include "trace/population.h"
#include "replay/profile.h"
#include "report/settings.h"
#include "trace/reader.h"

#include <stdio.h>

/*
 * `profile` belongs to one of the reader's processes and has its symbols. Returns 0; -1: memory
 * is out; 1: settings->why names no call path.
 */
int report_recording(const struct trace_reader *reader, const struct profile *profile,
                     const struct report_settings *settings, FILE *file);

/* Warn if the trace was cut short, or is still being recorded. */
void report_completeness(const struct trace_reader *reader);

/* How many processes and programs the recording has, for population_text(). */
char *report_population(char text[POPULATION_TEXT_BYTES],
                        const struct trace_reader *reader);

#endif
