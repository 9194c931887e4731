/*
 * report/text/summary.h - the head of a text report: the command, how much it allocated, when
 * the peak was, and what is missing.
 */
#ifndef OUTLIVE_REPORT_TEXT_SUMMARY_H
#define OUTLIVE_REPORT_TEXT_SUMMARY_H

#include "replay/profile.h"
#include "base/screen.h"

/* Print the command and, beside it if there is room, the process. */
void report_title(const struct screen *screen, const struct profile *profile);

/*
 * Print the title, and how much was allocated. `hidden`: how many of the blocks that were never
 * freed the rest of the report leaves out.
 */
void report_summary(const struct screen *screen, const struct profile *profile,
                    uint64_t hidden_blocks, uint64_t hidden_bytes);

/*
 * The same in fewer lines, for the default screen: that shows the memory of the process apart,
 * and phases only if the program named some.
 */
void report_summary_brief(const struct screen *screen, const struct profile *profile,
                          uint64_t hidden_blocks, uint64_t hidden_bytes);

/*
 * Write the start of such a line, as much as so many columns have room for; the directory of its
 * program is left out before an argument is.
 */
const char *process_command_fit(char *text, size_t bytes, const char *command,
                                size_t columns);

/*
 * Write the command of a process as one line: arguments quoted where they need it, escaped; ""
 * if it is not known.
 */
const char *process_command_text(char *text, size_t bytes,
                                 const struct ring_header *header);

/* What a loss_cause means, in a few words that follow the count. */
const char *loss_cause_text(unsigned cause, uint64_t count);

/* Print a line if only a sample of the blocks was recorded: all figures are estimates then. */
void report_sampled(const struct screen *screen, const struct profile *profile);

/* The same; and print a line if only the blocks of one phase or thread count. */
void report_only(const struct screen *screen, const struct profile *profile);

/*
 * Print a line, indented by `indent` columns, for each reason why blocks of the process are not
 * seen.
 */
void report_unseen(const struct screen *screen, const struct ring_header *header,
                   int indent);

#endif
