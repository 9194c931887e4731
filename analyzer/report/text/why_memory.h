/*
 * report/text/why_memory.h - what --why shows of calls that map memory, and of stacks.
 */
#ifndef OUTLIVE_REPORT_TEXT_WHY_MEMORY_H
#define OUTLIVE_REPORT_TEXT_WHY_MEMORY_H

#include "base/screen.h"
#include "report/why_choice.h"
#include "verdict/classes.h"

/*
 * What names no blocks, or only a part of a function that allocates, may name mappings, which
 * are printed with their callers; or a stack, whose path is printed with the bytes of each
 * frame; or a function that is on stacks. Returns 0; 1: it names nothing, or *several lists
 * what may be meant; -1: memory is out.
 */
int report_why_memory(const struct screen *screen, const struct classes *classes,
                      const char *which, struct why_several *several);

#endif
