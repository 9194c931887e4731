/*
 * report/text/reporter.h - all views for people.
 */
#ifndef OUTLIVE_REPORT_TEXT_REPORTER_H
#define OUTLIVE_REPORT_TEXT_REPORTER_H

#include "report/reporter.h"

extern const struct reporter text_reporter;

#endif
