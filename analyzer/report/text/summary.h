/*
 * report/text/summary.h - the head of a text report: what ran, how much it allocated, when
 * the peak was, what is missing.
 */
#ifndef OUTLIVE_REPORT_TEXT_SUMMARY_H
#define OUTLIVE_REPORT_TEXT_SUMMARY_H

#include "replay/profile.h"
#include "base/screen.h"

/* The command and, beside it if there is room, which process it is. */
void report_title(const struct screen *screen, const struct profile *profile);

/*
 * The title, and what it allocated. `hidden`: so many of the blocks that were never freed are
 * not shown further down.
 */
void report_summary(const struct screen *screen, const struct profile *profile,
                    uint64_t hidden_blocks, uint64_t hidden_bytes);

/*
 * The command of a process as one line, arguments quoted where they need it, escaped;
 * "" if it is not known.
 */
const char *process_command_text(char *text, size_t bytes,
                                 const struct ring_header *header);

/* What a loss_cause means, in a few words; NULL: a later version's. */
const char *loss_cause_text(unsigned cause);

/* If only blocks born in one phase count, a line that says so. */
void report_only(const struct screen *screen, const struct profile *profile);

/* A line, `indent` columns in, for each reason why blocks of the process are not seen. */
void report_unseen(const struct screen *screen, const struct ring_header *header,
                   int indent);

#endif
