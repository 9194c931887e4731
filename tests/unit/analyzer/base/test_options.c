/* test_options.c - a table of options becomes values, or a message that helps. */
#include "base/options.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct values {
	bool is_quiet;
	const char *output;
	struct option_number count;
	uint64_t size;
	struct option_choice format;
	struct option_list list;
};

static const char *const formats[] = { "text", "json", NULL };

static const struct option table[] = {
	{ "quiet", 'q', OPTION_FLAG, offsetof(struct values, is_quiet), NULL, "say less",
	  NULL, NULL },
	{ "output", 'o', OPTION_STRING, offsetof(struct values, output), "FILE", "where",
	  NULL, NULL },
	{ "count", 'n', OPTION_COUNT, offsetof(struct values, count), "N", "how many", NULL,
	  NULL },
	{ "size", 0, OPTION_SIZE, offsetof(struct values, size), "SIZE", "how big", NULL,
	  NULL },
	{ "format", 'f', OPTION_CHOICE, offsetof(struct values, format), NULL,
	  "which\nof them", formats, NULL },
	{ "wrapper", 'w', OPTION_LIST, offsetof(struct values, list), "NAME", "several",
	  NULL, NULL },
};
#define COUNT (sizeof(table) / sizeof(*table))

static struct values values;
static struct command_line line;

/* Words of a command line, NULL at the end; the array is changed in place. */
static enum options_result parse(char **words, bool stops)
{
	int argc = 0;

	while (words[argc])
		argc++;
	memset(&values, 0, sizeof(values));
	line = (struct command_line){ .options = table,
		                          .option_count = COUNT,
		                          .stops_at_operand = stops,
		                          .values = &values,
		                          .argc = argc,
		                          .argv = words };
	return options_parse(&line);
}
#define WORDS(...) ((char *[]){ (char *)"cmd", __VA_ARGS__, NULL })
#define W(word) ((char *)(word))

static void reads_every_kind(void **state)
{
	char **words = WORDS(W("-q"), W("--output"), W("a"), W("-n12"), W("--size=3M"),
	                     W("--format=json"), W("-w"), W("one"), W("--wrapper=two"));

	(void)state;
	assert_int_equal(parse(words, false), OPTIONS_OK);
	assert_true(values.is_quiet);
	assert_string_equal(values.output, "a");
	assert_int_equal(values.count.value, 12);
	assert_int_equal(values.size, 3 << 20);
	assert_true(values.count.is_given);
	assert_int_equal(values.format.value, 1);
	assert_true(values.format.is_given);
	assert_int_equal(values.list.count, 2);
	assert_string_equal(values.list.items[1], "two");
	assert_int_equal(line.first_operand, 10);
}

static void operands_move_behind(void **state)
{
	char **words = WORDS(W("file"), W("-q"), W("other"), W("-n"), W("3"), W("-"));

	(void)state;
	assert_int_equal(parse(words, false), OPTIONS_OK);
	assert_int_equal(line.first_operand, 4);
	assert_string_equal(words[4], "file");
	assert_string_equal(words[5], "other");
	assert_string_equal(words[6], "-");
	assert_int_equal(values.count.value, 3);
}

static void stops_where_another_program_begins(void **state)
{
	char **words = WORDS(W("-q"), W("prog"), W("-o"), W("its"));
	char **dashes = WORDS(W("x"), W("-q"), W("--"), W("-o"), W("y"));

	(void)state;
	assert_int_equal(parse(words, true), OPTIONS_OK);
	assert_false(values.count.is_given || values.format.is_given);
	assert_int_equal(line.first_operand, 2);
	assert_string_equal(words[2], "prog");
	assert_null(values.output);
	assert_int_equal(parse(dashes, false), OPTIONS_OK);
	assert_int_equal(line.first_operand, 3);
	assert_string_equal(dashes[3], "x");
	assert_string_equal(dashes[4], "-o");
	assert_null(values.output);
}

static void mistakes_are_reported(void **state)
{
	static const struct {
		const char *word, *what;
	} cases[] = {
		{ "--nonsense", "no such option: --nonsense" },
		{ "-z", "no such option: -z" },
		{ "--quiet=yes", "takes no value" },
		{ "--output", "needs a value" },
		{ "--count=many", "takes a number, not 'many'" },
		{ "--count=-1", "takes a number" },
		{ "--count=99999999999999999999", "takes a number" },
		{ "--size=64MB", "K, M, G or T, such as 64M, not '64MB'" },
		{ "--size=1.5G", "such as 64M, not '1.5G'" },
		{ "--size=", "such as 64M" },
		{ "--format=xml", "does not know 'xml': it takes text, json" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		assert_int_equal(parse(WORDS(W(cases[i].word)), false), OPTIONS_WRONG);
		if (!strstr(line.error.message, cases[i].what))
			fail_msg("'%s' does not say '%s'", line.error.message, cases[i].what);
	}
}

/* How much is too much is for the command to say. */
static void sizes_have_no_end(void **state)
{
	uint64_t bytes;

	(void)state;
	assert_int_equal(option_size("999T", &bytes), 0);
	assert_int_equal(bytes, UINT64_C(999) << 40);
	assert_int_equal(option_size("99999999999G", &bytes), 0);
	assert_int_equal(bytes, UINT64_MAX);
	assert_int_equal(option_size("99999999999999999999", &bytes), 0);
	assert_int_equal(bytes, UINT64_MAX);
}

static void help_is_an_option(void **state)
{
	(void)state;
	assert_int_equal(parse(WORDS(W("--help")), true), OPTIONS_HELP);
	assert_int_equal(parse(WORDS(W("-q"), W("-h")), false), OPTIONS_HELP);
	assert_int_equal(parse(WORDS(W("prog"), W("--help")), true), OPTIONS_OK);
}

static void help_names_every_option(void **state)
{
	char *text = NULL;
	size_t bytes, i;
	FILE *file = open_memstream(&text, &bytes);
	char name[64];

	(void)state;
	options_print(file, table, COUNT);
	fclose(file);
	for (i = 0; i < COUNT; i++) {
		snprintf(name, sizeof(name), "--%s", table[i].name);
		assert_non_null(strstr(text, name));
	}
	assert_non_null(strstr(text, "-o, --output FILE"));
	assert_non_null(strstr(text, "--format text|json"));
	assert_non_null(strstr(text, "--help"));
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_every_kind),
		cmocka_unit_test(operands_move_behind),
		cmocka_unit_test(stops_where_another_program_begins),
		cmocka_unit_test(mistakes_are_reported),
		cmocka_unit_test(sizes_have_no_end),
		cmocka_unit_test(help_is_an_option),
		cmocka_unit_test(help_names_every_option),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
