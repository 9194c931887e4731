/* report/text/moved.h - why figures by thread are not those of the filter --thread, for people. */
#ifndef OUTLIVE_REPORT_TEXT_MOVED_H
#define OUTLIVE_REPORT_TEXT_MOVED_H

#include "base/screen.h"
#include "replay/profile.h"

/* Print a line below the table by thread, if the two differ. */
void report_moved_across(const struct screen *screen, const struct profile *profile);

#endif
