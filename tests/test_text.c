/* test_text.c - numbers, columns, and strings that a terminal must not obey. */
#include "text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void numbers_are_readable(void **state)
{
	char text[TEXT_NUMBER_BYTES];

	(void)state;
	assert_string_equal(text_count(text, 0), "0");
	assert_string_equal(text_count(text, 999), "999");
	assert_string_equal(text_count(text, 1234567), "1,234,567");
	assert_string_equal(text_count(text, UINT64_MAX), "18,446,744,073,709,551,615");
	assert_string_equal(text_short(text, 999), "999");
	assert_string_equal(text_short(text, 1000), "1.00k");
	assert_string_equal(text_short(text, 999999), "1.00M");
	assert_string_equal(text_short(text, 12345678), "12.3M");
	assert_string_equal(text_short(text, UINT64_MAX), "18.4E");
}

static void sizes_and_durations_are_readable(void **state)
{
	char text[TEXT_NUMBER_BYTES];

	(void)state;
	assert_string_equal(text_size(text, 0), "0 B");
	assert_string_equal(text_size(text, 1023), "1023 B");
	assert_string_equal(text_size(text, 1024), "1.00 KiB");
	assert_string_equal(text_size(text, 1048575), "1.00 MiB");
	assert_string_equal(text_size(text, UINT64_MAX), "16.0 EiB");
	assert_string_equal(text_duration(text, 12), "12 ns");
	assert_string_equal(text_duration(text, 1234567), "1.23 ms");
	assert_string_equal(text_duration(text, 99500000000), "99.5 s");
	assert_string_equal(text_duration(text, 100000000000), "1m40s");
	assert_string_equal(text_duration(text, 7380000000000), "2h03");
}

static void shares_tell_none_from_few(void **state)
{
	char text[TEXT_NUMBER_BYTES];

	(void)state;
	assert_string_equal(text_percent(text, 0, 10), "0%");
	assert_string_equal(text_percent(text, 1, 0), "0%");
	assert_string_equal(text_percent(text, 1, 100000), "<0.1%");
	assert_string_equal(text_percent(text, 1, 8), "12.5%");
	assert_string_equal(text_percent(text, 5, 5), "100%");
}

static void nothing_is_obeyed(void **state)
{
	char text[64];

	(void)state;
	assert_string_equal(text_escape(text, 64, "a\033[31mb\x7f\n\tc"), "a?[31mb???c");
	assert_string_equal(text_escape(text, 64,
	                                "\xc2\x9b"
	                                "2J"),
	                    "?2J"); /* C1 CSI */
	assert_string_equal(text_escape(text, 64,
	                                "\u202e"
	                                "abc"),
	                    "?abc");
	assert_string_equal(text_escape(text, 64, "caf\u00e9 \u4e16"), "caf\u00e9 \u4e16");
	assert_string_equal(text_escape(text, 64, "\xff\xc0\x80\xed\xa0\x80x"), "??????x");
	assert_string_equal(text_escape(text, 64, "cut\xe4\xb8"), "cut??");
}

static void escaping_stays_in_its_room(void **state)
{
	char text[8] = "zzzzzzz";

	(void)state;
	text_escape(text, 5, "ab\u4e16\u4e16");
	assert_string_equal(text, "ab");
	assert_int_equal(text[5], 'z');
	text_escape(text, 0, "never");
	assert_string_equal(text, "ab");
}

static void text_fits_its_columns(void **state)
{
	char text[64];

	(void)state;
	assert_string_equal(text_fit(text, 64, "short", 5, false), "short");
	assert_string_equal(text_fit(text, 64, "a_long_name", 6, false), "a_lo..");
	assert_string_equal(text_fit(text, 64, "/usr/lib/libc.so", 9, true), "..libc.so");
	assert_string_equal(text_fit(text, 64, "\u4e16\u4e16\u4e16\u4e16\u4e16", 4, true),
	                    "..\u4e16\u4e16");
	assert_string_equal(text_fit(text, 64, "abcdef", 3, true), "abc");
	assert_int_equal(text_columns("\u4e16\u00e9x"), 3);
}

static void text_grows(void **state)
{
	struct text text = { NULL, 0, 0 };
	int i;

	(void)state;
	for (i = 0; i < 1000; i++)
		assert_int_equal(text_printf(&text, "%d,", i), 0);
	assert_int_equal(text_add(&text, "end", 3), 0);
	assert_int_equal(text.bytes, strlen(text.data));
	assert_string_equal(text.data + text.bytes - 7, "999,end");
	text_release(&text);
	assert_null(text.data);
}

static void colour_needs_a_terminal(void **state)
{
	FILE *file = tmpfile();

	(void)state;
	assert_non_null(file);
	unsetenv("NO_COLOR");
	setenv("TERM", "xterm", 1);
	assert_false(text_has_colour(file));
	setenv("COLUMNS", "77", 1);
	assert_int_equal(text_terminal_columns(file), 77);
	setenv("COLUMNS", "2", 1);
	assert_int_equal(text_terminal_columns(file), 72);
	unsetenv("COLUMNS");
	fclose(file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_are_readable),
		cmocka_unit_test(sizes_and_durations_are_readable),
		cmocka_unit_test(shares_tell_none_from_few),
		cmocka_unit_test(nothing_is_obeyed),
		cmocka_unit_test(escaping_stays_in_its_room),
		cmocka_unit_test(text_fits_its_columns),
		cmocka_unit_test(text_grows),
		cmocka_unit_test(colour_needs_a_terminal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
