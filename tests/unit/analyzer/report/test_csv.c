/* test_csv.c - cells of CSV: any text stays in its cell, and none becomes a formula. */
#include "report/csv/writer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static void cells_hold_any_text(void **state)
{
	static const struct {
		const char *text, *cell;
	} cases[] = {
		{ "", "\"\"" },
		{ "main;load", "\"main;load\"" },
		{ "a,b", "\"a,b\"" },
		{ "say \"x\"", "\"say \"\"x\"\"\"" },
		{ "two\r\nlines", "\"two\r\nlines\"" },
		{ "\033[2J \177", "\"?[2J ?\"" },
		{ "=HYPERLINK(\"http://x\")", "\"'=HYPERLINK(\"\"http://x\"\")\"" },
		{ "+1", "\"'+1\"" },
		{ "-1", "\"'-1\"" },
		{ "@SUM(A1)", "\"'@SUM(A1)\"" },
		{ "\t=1", "\"'\t=1\"" },
		{ "a=1", "\"a=1\"" },
	};
	size_t i, bytes;
	char *text;
	FILE *file;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		file = open_memstream(&text, &bytes);
		csv_string(file, cases[i].text);
		fclose(file);
		assert_string_equal(text, cases[i].cell);
		free(text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cells_hold_any_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
