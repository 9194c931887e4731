/*
 * report/text/mappings.h - what mapped memory, for people.
 */
#ifndef OUTLIVE_REPORT_TEXT_MAPPINGS_H
#define OUTLIVE_REPORT_TEXT_MAPPINGS_H

#include "base/screen.h"
#include "report/settings.h"
#include "verdict/classes.h"

/* Print the view --mappings. 0, or -1: memory is out. */
int report_mappings(const struct screen *screen, const struct classes *classes,
                    const struct report_settings *settings);

/*
 * Print a line for the default screen if much of the memory was mapped by the program itself. 0,
 * or -1: memory is out.
 */
int report_mappings_brief(const struct screen *screen, const struct classes *classes);

/* Print a line for each allocator whose blocks are not seen (verdict/unseen_allocators.h). */
void report_unseen_allocators(const struct screen *screen,
                              const struct classes *classes);

/*
 * Print the call paths with only[number], the most bytes at once first, with their callers. 0,
 * or -1: memory is out.
 */
int report_mapping_paths(const struct screen *screen, const struct classes *classes,
                         const uint8_t *only);

/* "about 5.0 MiB", "5.0 MiB to 9.0 MiB" or "up to 9.0 MiB": what is resident of the use. */
#define RESIDENT_TEXT_BYTES 96
const char *report_resident_text(char *text, size_t bytes,
                                 const struct mapping_use *use);

#endif
