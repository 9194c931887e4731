/*
 * verdict/function_text.h - functions as people call them.
 */
#ifndef OUTLIVE_VERDICT_FUNCTION_TEXT_H
#define OUTLIVE_VERDICT_FUNCTION_TEXT_H

#include "verdict/classes.h"
#include "verdict/stack_names.h"

#include <stddef.h>
#include <stdint.h>

/*
 * "function", shortened, and "(a.c)" where others have its name, or "libx.so+0x1234" where
 * it is unknown; escaped, into `text`.
 */
const char *stack_name_text(char *text, size_t bytes, const struct stack_name *name);

/* "file.c:12", or "libx.so" where the file is unknown; escaped, into `text`. */
const char *stack_name_place(char *text, size_t bytes, const struct stack_name *name);

/*
 * Of a function of the table: "name", and "(a.c)" where others have it, or "module+0x12" if it
 * has none; escaped, into `text`.
 */
const char *function_text(char *text, size_t bytes, const struct classes *classes,
                          uint32_t function);

/* The same within a sentence: "name()". */
const char *function_call_text(char *text, size_t bytes, const struct classes *classes,
                               uint32_t function);

#endif
