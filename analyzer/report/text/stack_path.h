/*
 * report/text/stack_path.h - the deepest path of a stack, for people.
 */
#ifndef OUTLIVE_REPORT_TEXT_STACK_PATH_H
#define OUTLIVE_REPORT_TEXT_STACK_PATH_H

#include "base/screen.h"
#include "verdict/classes.h"

#include <stdint.h>

/*
 * Write a size. 0: it is not known, or nothing was recorded, which "-" shows; "0 B" would claim a
 * fact.
 */
void report_size_or_nothing(char text[TEXT_NUMBER_BYTES], uint64_t bytes);

/*
 * Print the deepest path of a stack, with the bytes of each frame; `whose`: "thread 4711
 * (worker)". Without any record of it this prints nothing. 0, or -1: no memory.
 */
int report_stack_path(const struct screen *screen, const struct classes *classes,
                      const struct stack_deepest *deepest, const char *whose);

#endif
