/*
 * verdict/function_text.h - functions as they are shown to people.
 */
#ifndef OUTLIVE_VERDICT_FUNCTION_TEXT_H
#define OUTLIVE_VERDICT_FUNCTION_TEXT_H

#include "verdict/classes.h"
#include "verdict/stack_names.h"

#include <stddef.h>
#include <stdint.h>

/*
 * Append "function", shortened, and "(a.c)" if other functions have its name, or
 * "libx.so+0x1234" if it is unknown; escaped.
 */
const char *stack_name_text(char *text, size_t bytes, const struct stack_name *name);

/* Append "file.c:12", or "libx.so" if the file is unknown; escaped. */
const char *stack_name_line(char *text, size_t bytes, const struct stack_name *name);

/*
 * Write "file.c:3, allocates at file.c:12": where a function begins, and its call `call` of the
 * allocator. Only the call, if that is on the same line or the other one is not known.
 */
const char *function_lines_text(char *text, size_t bytes,
                                const struct function *function, const char *call);

/*
 * Of a function of the table: "name", and "(a.c)" where others have it, or "module+0x12" if it
 * has none; escaped, into `text`.
 */
const char *function_text(char *text, size_t bytes, const struct classes *classes,
                          uint32_t function);

/*
 * The same of a function in its part as an owner. What called main() is still running only once
 * main() has returned: then it says when the blocks were freed, since no reader wrote that
 * function.
 */
const char *function_owner_text(char *text, size_t bytes, const struct classes *classes,
                                uint32_t function);

/* The same for use within a sentence: "name()". */
const char *function_call_text(char *text, size_t bytes, const struct classes *classes,
                               uint32_t function);

#endif
