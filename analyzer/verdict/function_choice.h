/*
 * verdict/function_choice.h - which functions of a profile a user means by a name.
 */
#ifndef OUTLIVE_VERDICT_FUNCTION_CHOICE_H
#define OUTLIVE_VERDICT_FUNCTION_CHOICE_H

#include "base/text.h"
#include "verdict/function_table.h"
#include "verdict/name_match.h"

#include <stdint.h>

/* How a function is named by its number: "35f". */
#define FUNCTION_NUMBER_END "f"
#define FUNCTION_NUMBER_BYTES 16
const char *function_number_text(char text[FUNCTION_NUMBER_BYTES], uint32_t function);

/* The number in "35f"; FUNCTION_NONE if the text is none, or there is no such function. */
uint32_t function_number(const struct function_table *table, const char *text);

/*
 * Set is_meant[function] of all functions that `which` means (name_match.h), or of the one with
 * that number, and reset all others. Only functions with among[function] are asked; NULL: all.
 * Returns how many are meant, and *meaning: how.
 */
uint32_t functions_mean(uint8_t *is_meant, const struct function_table *table,
                        const uint8_t *among, const char *which,
                        enum name_meaning *meaning);

/*
 * Append the functions that are meant, in one line: "render (a.c) (35f), render (b.c) (71f) and 2
 * more". 0, or -1: memory is out.
 */
int functions_list(struct text *list, const struct function_table *table,
                   const uint8_t *is_meant);

#endif
