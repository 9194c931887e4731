/*
 * report/text/losses.h - what a recording lost, in half a sentence.
 */
#ifndef OUTLIVE_REPORT_TEXT_LOSSES_H
#define OUTLIVE_REPORT_TEXT_LOSSES_H

#include "ring_format.h"

#include <limits.h>
#include <stddef.h>
#include <stdint.h>

#define LOSS_TEXT_BYTES (PATH_MAX + 512)

/*
 * Write "; 3 more were lost (60% of all): why; what helps", and of processes "; 1 process was
 * not recorded, nor perhaps what it started"; "" if nothing was lost. `lost`: by enum loss_cause;
 * `events`: the number that was not lost; `directory`: the absolute path of the rings'
 * directory, whose file system they take their memory from.
 */
char *loss_text(char *text, size_t bytes, const uint64_t lost[LOST_CAUSES_MAX],
                uint64_t events, const char *directory);

#endif
