/* verdict/function_choice.c - which functions of a profile a user means by a name. */
#include "verdict/function_choice.h"

#include "elf/cxx_name.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LISTED_MAX 8

const char *function_number_text(char text[FUNCTION_NUMBER_BYTES], uint32_t function)
{
	snprintf(text, FUNCTION_NUMBER_BYTES, "%u" FUNCTION_NUMBER_END, function);
	return text;
}

uint32_t function_number(const struct function_table *table, const char *text)
{
	char *end;
	unsigned long number = strtoul(text, &end, 10);

	/* strtoul() turns a negative number into one that is too large */
	if (*text < '0' || *text > '9' || strcmp(end, FUNCTION_NUMBER_END) ||
	    number >= table->count)
		return FUNCTION_NONE;
	return (uint32_t)number;
}

/* The name as reports show it; "" if it has none. */
static void shown_text(char *text, size_t bytes, const struct function *function)
{
	size_t used;

	function_name_partly(text, bytes, function->name, function->brackets);
	used = strlen(text);
	if (used && *function->apart)
		snprintf(text + used, bytes - used, " (%s)", function->apart);
}

static uint32_t mean_by(uint8_t *is_meant, const struct function_table *table,
                        const uint8_t *among, const char *which,
                        enum name_meaning meaning)
{
	char shown[1024];
	uint32_t count = 0, i;

	for (i = 1; i < table->count; i++) {
		shown_text(shown, sizeof(shown), &table->functions[i]);
		is_meant[i] = (!among || among[i]) &&
		              name_is_meant(table->functions[i].name, shown, which, meaning);
		count += is_meant[i];
	}
	return count;
}

uint32_t functions_mean(uint8_t *is_meant, const struct function_table *table,
                        const uint8_t *among, const char *which,
                        enum name_meaning *meaning)
{
	uint32_t number = function_number(table, which), count = 0;

	*meaning = NAME_WHOLE;
	if (number != FUNCTION_NONE) {
		memset(is_meant, 0, table->count);
		is_meant[number] = !among || among[number];
		return is_meant[number];
	}
	for (; *meaning < NAME_MEANINGS; ++*meaning) {
		count = mean_by(is_meant, table, among, which, *meaning);
		if (count)
			break;
	}
	return count;
}

int functions_list(struct text *list, const struct function_table *table,
                   const uint8_t *is_meant)
{
	char shown[1024], escaped[1024], number[FUNCTION_NUMBER_BYTES];
	uint32_t listed = 0, more = 0, i;

	for (i = 1; i < table->count; i++) {
		if (!is_meant[i])
			continue;
		if (listed == LISTED_MAX) {
			more++;
			continue;
		}
		shown_text(shown, sizeof(shown), &table->functions[i]);
		if (text_printf(list, "%s%s (%s)", listed++ ? ", " : "",
		                text_escape(escaped, sizeof(escaped), shown),
		                function_number_text(number, i)))
			return -1;
	}
	return more ? text_printf(list, " and %u more", more) : 0;
}
