/*
 * report_text.h - a profile for people: the screen at the end of a run. Layer 8.
 */
#ifndef OUTLIVE_REPORT_TEXT_H
#define OUTLIVE_REPORT_TEXT_H

#include "profile.h"
#include "report_settings.h"

#include <stdio.h>

/*
 * Print it to the file: as wide as its terminal, coloured if that is one. Strings of the
 * traced program are escaped. settings NULL: the default screen.
 */
void report_text(const struct profile *profile, const struct report_settings *settings,
                 FILE *file);

#endif
