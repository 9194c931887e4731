/* test_suppressions.c - what is kept on purpose, by the rules of runtimes and of a file. */
#include "verdict_fixture.h"
#include "report/text/suppressions.h"
#include "verdict/suppressions.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define LIBC "/usr/lib/x86_64-linux-gnu/libc.so.6"
#define LIBSTDCXX "/usr/lib/x86_64-linux-gnu/libstdc++.so.6"
#define LOADER "/usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2"

/* ---- patterns --------------------------------------------------------------------------- */

static void patterns_match_as_lsan_has_them(void **state)
{
	static const struct {
		const char *pattern, *text;
		bool matches;
	} cases[] = {
		{ "foo", "foo", true },
		{ "foo", "a_foo_b", true },
		{ "foo", "fo", false },
		{ "foo", "", false },
		{ "*", "", false },
		{ "*", "anything", true },
		{ "^foo", "foobar", true },
		{ "^foo", "a_foo", false },
		{ "foo$", "a_foo", true },
		{ "foo$", "foobar", false },
		{ "foo$", "foofoo", true },
		{ "^foo$", "foo", true },
		{ "^foo$", "foofoo", false },
		{ "a*b", "xxaxxbxx", true },
		{ "a*b", "xxbxxaxx", false },
		{ "^a*b$", "a::long(name)b", true },
		{ "^a*b$", "a::long(name)bc", false },
		{ "^*foo", "bar_foo", true },
		{ "*foo*", "bar_foo_bar", true },
		{ "foo*$", "foobar", true },
		{ "$", "foo", false },
		{ "^$", "foo", false },
		{ "*$", "foo", true },
		{ "/libfoo.so", "/usr/lib/libfoo.so.6", true },
		{ "aab$", "aaab", true },
		{ "a*a*a", "aa", false },
		{ "^main.(*T).Get$", "main.(*T).Get", true },
		{ "^main.Map[...]$", "main.Map[...]", true },
		{ "example.com/app/", "example.com/app/store.(*Cache[...]).Get", true },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		if (suppression_matches(cases[i].pattern, cases[i].text) != cases[i].matches)
			fail_msg("'%s' and '%s'", cases[i].pattern, cases[i].text);
	}
}

/* ---- a file ----------------------------------------------------------------------------- */

static char file_name[] = "/tmp/outlive-suppressions.XXXXXX";

static void file_write(const char *text, size_t bytes)
{
	int fd;

	strcpy(file_name + sizeof(file_name) - 7, "XXXXXX");
	fd = mkstemp(file_name);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, bytes), bytes);
	close(fd);
}

static struct suppressions file_read(const char *text)
{
	struct suppressions suppressions = { .count = 0 };
	struct error error;

	file_write(text, strlen(text));
	assert_int_equal(suppressions_read(&suppressions, file_name, &error), 0);
	unlink(file_name);
	return suppressions;
}

static void a_file_is_read_line_by_line(void **state)
{
	struct suppressions file = file_read(
		"# comment\n\n  leak:foo bar \t\r\n\t# another\n"
		"leak:#1\nleak:last");

	(void)state;
	assert_int_equal(file.count, 3);
	assert_string_equal(file.rules[0].pattern, "foo bar");
	assert_int_equal(file.rules[0].line, 3);
	assert_string_equal(file.rules[1].pattern, "#1");
	assert_string_equal(file.rules[2].pattern, "last");
	assert_int_equal(file.rules[2].line, 6);
	suppressions_release(&file);
	file = file_read("\xef\xbb\xbfleak:after a byte order mark\n");
	assert_int_equal(file.count, 1);
	assert_string_equal(file.rules[0].pattern, "after a byte order mark");
	suppressions_release(&file);
	file = file_read("");
	assert_int_equal(file.count, 0);
	suppressions_release(&file);
}

static void expect_wrong(const char *text, size_t bytes, const char *says)
{
	struct suppressions file = { .count = 0 };
	struct error error;

	file_write(text, bytes);
	assert_int_equal(suppressions_read(&file, file_name, &error), -1);
	unlink(file_name);
	if (!strstr(error.message, says))
		fail_msg("'%s' does not say '%s'", error.message, says);
	suppressions_release(&file);
}

static void what_is_wrong_in_a_file_is_reported(void **state)
{
	struct suppressions file = { .count = 0 };
	struct error error;

	(void)state;
	expect_wrong("leak:a\nrace:b\n", 14, ":2: 'race:b' is no suppression of leaks");
	expect_wrong("leak :a\n", 8, ":1: 'leak :a' is no");
	expect_wrong("# a\nleak: \n", 11, ":2: 'leak:' without a pattern");
	expect_wrong("leak:a\nleak:b\0c\n", 16, ":2: has a byte of 0");
	assert_int_equal(suppressions_read(&file, "/nonexistent/file", &error), -1);
	assert_non_null(
		strstr(error.message, "/nonexistent/file: cannot be opened: No such"));
	suppressions_release(&file);
	assert_int_equal(suppressions_read(&file, "/tmp", &error), -1);
	suppressions_release(&file);
}

/* ---- what is hidden --------------------------------------------------------------------- */

static struct verdict_fixture verdict_fixture;
static struct suppressions rules; /* of a file, as long as they are needed */

static void judge_hiding(const struct suppressions *file, bool shows_all)
{
	struct class_options options = { .suppressions = file,
		                             .shows_suppressed = shows_all };

	verdict_fixture.profile = model_profile(&verdict_fixture.model);
	assert_int_equal(
		findings_make(&verdict_fixture.findings, verdict_fixture.profile, &options), 0);
}

/* f1 calls a function of a library, that others of it, down to one that allocates. */
static void library_act(const char *library, unsigned blocks,
                        const char *const *functions)
{
	unsigned i, count = 0, j;

	model_begin(&verdict_fixture.model);
	verdict_fixture.model.library = library;
	while (functions[count])
		count++;
	for (i = 0; i < blocks; i++) {
		model_call(&verdict_fixture.model, 0, 1, 1);
		for (j = 0; j < count; j++) {
			verdict_fixture.model.names[MODEL_LIBRARY + j] = functions[j];
			model_call(&verdict_fixture.model, 0, 2, MODEL_LIBRARY + j);
		}
		model_malloc(&verdict_fixture.model, 3, 0x1000 + 64 * i, 10);
		for (j = 0; j < count + 1; j++)
			model_return(&verdict_fixture.model, 0);
	}
	judge_hiding(NULL, false);
}

#define PATH(...) ((const char *const[]){ __VA_ARGS__, NULL })

static void expect_hidden(uint64_t hidden, uint64_t shown)
{
	const struct class_counts *all = &verdict_fixture.findings.classes->all;

	assert_int_equal(all->suppressed.blocks, hidden);
	assert_int_equal(all->shares[CLASS_LIVE].blocks + all->shares[CLASS_STATIC].blocks,
	                 shown);
	assert_int_equal(all->blocks, hidden + shown);
	assert_int_equal(verdict_fixture.profile->replay.paths.live_blocks, hidden + shown);
	verdict_fixture_release(&verdict_fixture);
	suppressions_release(&rules);
}

static void runtimes_keep_what_they_allocate_for_themselves(void **state)
{
	(void)state;
	library_act(LIBC, 5, PATH("setlocale", "__GI___strdup"));
	expect_hidden(5, 0);
	library_act(LIBC, 5, PATH("__setlocale", "_nl_load_locale"));
	expect_hidden(5, 0);
	library_act(LIBC, 5, PATH("__getpwuid_r", "__nss_database_get"));
	expect_hidden(5, 0);
	library_act(LOADER, 5, PATH("_dl_open", ""));
	expect_hidden(5, 0);
	library_act(LIBSTDCXX, 5,
	            PATH("std::locale::locale(char const*)", "operator new()"));
	expect_hidden(5, 0);
	/* Linked into the program. */
	library_act(NULL, 1, PATH("_GLOBAL__sub_I_eh_alloc.cc"));
	expect_hidden(1, 0);
	library_act(NULL, 1, PATH("std::io::stdio::stdin", "alloc::alloc::alloc"));
	expect_hidden(1, 0);
	/* An interpreter is the program, or its library, wherever it is. */
	library_act("/home/me/python3.12", 2, PATH("new_arena", "arena_map_get"));
	expect_hidden(2, 0);
	library_act("/opt/lib/libpython3.12.so.1.0", 2, PATH("arena_map_get"));
	expect_hidden(2, 0);
}

static void what_they_make_for_others_is_shown(void **state)
{
	(void)state;
	library_act(LIBC, 5, PATH("__strdup"));
	expect_hidden(0, 5);
	library_act(LIBC, 5, PATH("__fopen_internal"));
	expect_hidden(0, 5);
	library_act(LIBC, 5, PATH("__newlocale"));
	expect_hidden(0, 5);
	library_act(LIBC, 5, PATH("__newlocale", "strdup"));
	expect_hidden(0, 5);
	library_act(LIBC, 5, PATH("__newlocale", "_nl_find_locale"));
	expect_hidden(5, 0);
	library_act(LIBSTDCXX, 5,
	            PATH("std::string::append(char const*)", "operator new()"));
	expect_hidden(0, 5);
	/* The program's own function of that name, and a library of its own. */
	library_act("/home/me/libc.so.6", 5, PATH("setlocale"));
	expect_hidden(0, 5);
	library_act(NULL, 5, PATH("setlocale"));
	expect_hidden(0, 5);
	library_act("/home/me/program", 5, PATH("new_arena"));
	expect_hidden(0, 5);
	/* Not the library's own stdin, but what the program does with it. */
	library_act(NULL, 5,
	            PATH("std::io::stdio::Stdin::read_line", "alloc::alloc::alloc"));
	expect_hidden(0, 5);
	library_act(NULL, 5, PATH("std::io::stdio::stdin", "mine::fill"));
	expect_hidden(0, 5);
}

/* What a runtime only calls back into is the program's. */
static void callbacks_are_the_programs(void **state)
{
	(void)state;
	model_begin(&verdict_fixture.model);
	verdict_fixture.model.library = LIBC;
	verdict_fixture.model.names[MODEL_LIBRARY] = "dlopen";
	model_call(&verdict_fixture.model, 0, 1, MODEL_LIBRARY);
	model_call(&verdict_fixture.model, 0, 1, 5);
	model_malloc(&verdict_fixture.model, 1, 0x1000, 10);
	model_return(&verdict_fixture.model, 0);
	model_return(&verdict_fixture.model, 0);
	judge_hiding(NULL, false);
	expect_hidden(0, 1);
}

static void more_than_a_runtime_keeps_is_shown(void **state)
{
	const struct suppressed *suppressed;
	uint32_t i;

	(void)state;
	library_act(LIBC, 3, PATH("fputs", "_IO_file_doallocate"));
	expect_hidden(3, 0);
	library_act(LIBC, 4, PATH("fputs", "_IO_file_doallocate"));
	suppressed = &verdict_fixture.findings.classes->suppressed;
	for (i = 1; i <= suppressed->count; i++)
		assert_int_equal(suppressed->uses[i].is_exceeded,
		                 suppressed->uses[i].blocks == 4);
	expect_hidden(0, 4);
}

/* f1 of model.c, called by f2, keeps a block that it had moved by f3; f4 keeps one, too. */
static void file_act(const char *text, bool shows_all)
{
	struct model *model = &verdict_fixture.model;

	rules = file_read(text);
	model_begin(model);
	model_call(model, 0, 1, 2);
	model_call(model, 0, 1, 1);
	model_malloc(model, 2, 0x1000, 10);
	model_return(model, 0);
	model_return(model, 0);
	model_call(model, 0, 1, 3);
	model_realloc(model, 2, 0x1000, 0x2000, 100);
	model_return(model, 0);
	model_call(model, 0, 1, 4);
	model_malloc(model, 2, 0x3000, 7);
	model_return(model, 0);
	judge_hiding(&rules, shows_all);
}

static void a_file_hides_by_any_frame(void **state)
{
	(void)state;
	file_act("leak:^f1$", false);
	expect_hidden(1, 1);
	file_act("leak:^f2$", false);
	expect_hidden(1, 1);
	file_act("leak:^f3$", false); /* as LSan has it: the stack of the last realloc */
	expect_hidden(1, 1);
	file_act("leak:model.c", false);
	expect_hidden(2, 0);
	file_act("leak:/usr/bin/prog*$", false);
	expect_hidden(2, 0);
	file_act("leak:^f9$\nleak:bin/prog$", false);
	expect_hidden(0, 2);
}

static void what_is_hidden_is_counted_by_rule(void **state)
{
	const struct classes *classes;
	uint64_t hidden = 0;
	char text[256];
	uint32_t i;

	(void)state;
	file_act("leak:nothing\nleak:^f4$\nleak:f", false);
	classes = verdict_fixture.findings.classes;
	assert_int_equal(classes->suppressed.uses[1].blocks, 0);
	assert_int_equal(classes->suppressed.uses[2].blocks, 1);
	assert_int_equal(classes->suppressed.uses[2].bytes, 7);
	assert_int_equal(classes->suppressed.uses[3].blocks, 1);
	assert_int_equal(classes->suppressed.uses[3].bytes, 100);
	assert_int_equal(classes->all.suppressed.bytes, 107);
	/* As the table of call paths has it, what was moved is that of the path which moved it. */
	for (i = 1; i < verdict_fixture.profile->replay.paths.count; i++) {
		assert_int_equal(
			classes->hidden_bytes[i],
			verdict_fixture.profile->replay.paths.paths[i].share.live_bytes);
		hidden += classes->hidden_bytes[i];
	}
	assert_int_equal(hidden, 107);
	suppression_text(text, sizeof(text), &classes->suppressed, 4);
	assert_non_null(strstr(text, "libc: "));
	expect_hidden(2, 0);

	/* To be shown, they are counted all the same. */
	file_act("leak:f", true);
	assert_int_equal(verdict_fixture.findings.classes->suppressed.uses[1].blocks, 2);
	expect_hidden(0, 2);
}

static void nothing_is_advised_about_what_is_hidden(void **state)
{
	struct suppressions file = file_read("leak:^f1$");
	struct text text = { NULL, 0, 0 };
	unsigned i;

	(void)state;
	model_begin(&verdict_fixture.model);
	verdict_fixture.model.names[9] = "main";
	model_call(&verdict_fixture.model, 0, 1, 1);
	for (i = 0; i < 20; i++)
		model_malloc(&verdict_fixture.model, 1, 0x1000 + 64 * i, 40);
	model_return(&verdict_fixture.model, 0);
	model_call(&verdict_fixture.model, 0, 1, 9);
	model_malloc(&verdict_fixture.model, 1, 0x8000, 8);
	model_free(&verdict_fixture.model, 1, 0x8000);
	judge_hiding(&file, false);
	assert_int_equal(verdict_fixture.findings.advice.count, 0);
	assert_int_equal(
		advice_refusal_text(&text, verdict_fixture.findings.classes,
	                        &verdict_fixture.findings.call_sites.call_sites[0]),
		0);
	assert_string_equal(text.data, "its blocks are never freed, on purpose");
	text_release(&text);
	verdict_fixture_release(&verdict_fixture);
	suppressions_release(&file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(patterns_match_as_lsan_has_them),
		cmocka_unit_test(a_file_is_read_line_by_line),
		cmocka_unit_test(what_is_wrong_in_a_file_is_reported),
		cmocka_unit_test(runtimes_keep_what_they_allocate_for_themselves),
		cmocka_unit_test(what_they_make_for_others_is_shown),
		cmocka_unit_test(callbacks_are_the_programs),
		cmocka_unit_test(more_than_a_runtime_keeps_is_shown),
		cmocka_unit_test(a_file_hides_by_any_frame),
		cmocka_unit_test(what_is_hidden_is_counted_by_rule),
		cmocka_unit_test(nothing_is_advised_about_what_is_hidden),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
