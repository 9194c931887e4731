/* test_text.c - numbers, columns, and strings that a terminal must not obey. */
#include "base/text.h"

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
	assert_string_equal(text_percent(text, 99999, 100000), "99.9%");
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

static void wide_characters_take_two_columns(void **state)
{
	(void)state;
	assert_int_equal(text_columns("\u4e16\u00e9x"), 4);
	assert_int_equal(text_columns("\uac00\u3042\uff21\U0001f600\U00020000"), 10);
	assert_int_equal(text_columns("e\u0301"), 1);
	assert_int_equal(text_columns("\u2581\u2588|\u0416\u03b1"), 5);
	assert_int_equal(text_columns("cut\xe4\xb8"), 5); /* what is no character: one */
}

static void text_fits_its_columns(void **state)
{
	static const enum text_keep keeps[] = { TEXT_KEEP_START, TEXT_KEEP_END,
		                                    TEXT_KEEP_BOTH };
	static const char mixed[] = "a\u4e16\u754cbc\u4e16\u754cd\u00e9\u0301\u754c";
	char text[64];
	size_t columns, i;

	(void)state;
	assert_string_equal(text_fit(text, 64, "short", 5, TEXT_KEEP_START), "short");
	assert_string_equal(text_fit(text, 64, "a_long_name", 6, TEXT_KEEP_START),
	                    "a_lo..");
	assert_string_equal(text_fit(text, 64, "/usr/lib/libc.so", 9, TEXT_KEEP_END),
	                    "..libc.so");
	assert_string_equal(text_fit(text, 64, "space::function", 9, TEXT_KEEP_BOTH),
	                    "spac..ion");
	assert_string_equal(text_fit(text, 64, "a_program+0x1234", 12, TEXT_KEEP_BOTH),
	                    "a_p..+0x1234");
	assert_string_equal(
		text_fit(text, 64, "\u4e16\u4e16\u4e16\u4e16\u4e16", 6, TEXT_KEEP_END),
		"..\u4e16\u4e16");
	assert_string_equal(text_fit(text, 64, "abcdef", 3, TEXT_KEEP_END), "abc");
	for (columns = 1; columns < 16; columns++) {
		for (i = 0; i < 3; i++)
			assert_in_range(text_columns(text_fit(text, 64, mixed, columns, keeps[i])),
			                columns > 1 ? columns - 1 : 1, columns);
	}
}

static void numbers_are_not_cut(void **state)
{
	static const char sentence[] = "f: 43,241 blocks of 1.04 MiB (34.9%), name12345";
	static const char *const cuts[] = { "f: ..", "f: 43,241 blocks of ..",
		                                "f: 43,241 blocks of 1.04 MiB (.." };
	char text[64];
	size_t columns;

	(void)state;
	for (columns = 5; columns < 11; columns++)
		assert_string_equal(text_fit(text, 64, sentence, columns, TEXT_KEEP_START),
		                    cuts[0]);
	for (columns = 22; columns < 30; columns++)
		assert_string_equal(text_fit(text, 64, sentence, columns, TEXT_KEEP_START),
		                    cuts[1]);
	for (columns = 32; columns < 36; columns++)
		assert_string_equal(text_fit(text, 64, sentence, columns, TEXT_KEEP_START),
		                    cuts[2]);
	/* but a name may be */
	assert_string_equal(text_fit(text, 64, sentence, 46, TEXT_KEEP_START),
	                    "f: 43,241 blocks of 1.04 MiB (34.9%), name12..");
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
	assert_int_equal(text_terminal_columns(file), 40);
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
		cmocka_unit_test(wide_characters_take_two_columns),
		cmocka_unit_test(text_fits_its_columns),
		cmocka_unit_test(numbers_are_not_cut),
		cmocka_unit_test(text_grows),
		cmocka_unit_test(colour_needs_a_terminal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
