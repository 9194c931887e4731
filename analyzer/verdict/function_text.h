/*
 * verdict/function_text.h - a function as people call it.
 */
#ifndef OUTLIVE_VERDICT_FUNCTION_TEXT_H
#define OUTLIVE_VERDICT_FUNCTION_TEXT_H

#include "verdict/classes.h"

#include <stddef.h>
#include <stdint.h>

/*
 * "name", and "(a.c)" where others have it, or "module+0x12" if it has none; escaped, into
 * `text`.
 */
const char *function_text(char *text, size_t bytes, const struct classes *classes,
                          uint32_t function);

/* The same within a sentence: "name()". */
const char *function_call_text(char *text, size_t bytes, const struct classes *classes,
                               uint32_t function);

#endif
