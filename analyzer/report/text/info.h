/*
 * report/text/info.h - what a recording holds, for people.
 */
#ifndef OUTLIVE_REPORT_TEXT_INFO_H
#define OUTLIVE_REPORT_TEXT_INFO_H

#include "base/screen.h"
#include "report/info.h"

void info_text(const struct recording_info *info, const struct screen *screen);

#endif
