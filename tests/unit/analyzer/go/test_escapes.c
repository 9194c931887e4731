/* test_escapes.c - what Go's compiler says of values on the heap, whole and damaged. */
#include "go/escape_json.h"
#include "go/escape_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Go 1.19 to 1.24 */
static const char old_form[] =
	"# example.com/esc\n"
	"./main.go:17:6: can inline toHeap with cost 8 as: func() *int { x := 7; return &x }\n"
	"./main.go:18:2: x escapes to heap:\n"
	"./main.go:18:2:   flow: ~r0 = &x:\n"
	"./main.go:18:2:     from &x (address-of) at ./main.go:19:9\n"
	"./main.go:18:2:     from return &x (return) at ./main.go:19:2\n"
	"./main.go:18:2: moved to heap: x\n"
	"./main.go:22:10: i does not escape\n"
	"./main.go:7:11: parameter p leaks to ~r0 with derefs=0:\n"
	"./main.go:7:11:   flow: ~r0 = p:\n"
	"./main.go:7:11:     from return p (return) at ./main.go:8:2\n"
	"./main.go:38:25: make([]byte, size) escapes to heap:\n"
	"./main.go:38:25:   flow: {heap} = &{storage for make([]byte, size)}:\n"
	"./main.go:38:25:     from make([]byte, size) (non-constant size) at ./main.go:38:25\n"
	"./main.go:38:25: make([]byte, size) escapes to heap\n"
	"./main.go:57:41: \"x escapes to heap\" escapes to heap\n";

/* Go 1.26 and 1.27 */
static const char new_form
	[] = "# example.com/esc\n"
		 "./main.go:18:2: x escapes to heap in toHeap:\n"
		 "./main.go:18:2:   flow: ~r0 \xe2\x86\x90 &x:\n"
		 "./main.go:18:2:     from &x (address-of) at ./main.go:19:9\n"
		 "./main.go:18:2:     from return &x (return) at ./main.go:19:2\n"
		 "./main.go:18:2: moved to heap: x\n"
		 "./main.go:7:11: parameter p leaks to ~r0 for leak with derefs=0:\n"
		 "./main.go:7:11:   flow: ~r0 \xe2\x86\x90 p:\n"
		 "./main.go:7:11:     from return p (return) at ./main.go:8:2\n"
		 "./main.go:27:15: append(out, i) escapes to heap in grow:\n"
		 "./main.go:27:15:   flow: out \xe2\x86\x90 &{storage for append(out, i)}:\n"
		 "./main.go:27:15:     from out = append(out, i) (assign) at ./main.go:27:7\n"
		 "./main.go:27:15: append escapes to heap\n";

static const char json_form[] =
	"{\"version\":0,\"package\":\"main\",\"goos\":\"linux\",\"goarch\":\"amd64\","
	"\"gc_version\":\"go1.26.8\",\"file\":\"/src/esc/main.go\"}\n"
	"{\"range\":{\"start\":{\"line\":17,\"character\":6},\"end\":{\"line\":17,\"character\":6}},"
	"\"severity\":3,\"code\":\"canInlineFunction\",\"source\":\"go compiler\","
	"\"message\":\"cost: 8\"}\n"
	"{\"range\":{\"start\":{\"line\":18,\"character\":2},\"end\":{\"line\":18,\"character\":2}},"
	"\"severity\":3,\"code\":\"escape\",\"source\":\"go compiler\","
	"\"message\":\"x escapes to heap\",\"relatedInformation\":[{\"location\":{\"uri\":"
	"\"file:///src/esc/main.go\",\"range\":{\"start\":{\"line\":19,\"character\":9},\"end\":"
	"{\"line\":19,\"character\":9}}},\"message\":\"escflow:    flow: ~r0 = \\u0026x:\"},"
	"{\"location\":{\"uri\":\"file:///src/esc/main.go\",\"range\":{\"start\":{\"line\":19,"
	"\"character\":9},\"end\":{\"line\":19,\"character\":9}}},"
	"\"message\":\"escflow:      from \\u0026x (address-of)\"}]}\n"
	"{\"range\":{\"start\":{\"line\":18,\"character\":2},\"end\":{\"line\":18,\"character\":2}},"
	"\"severity\":3,\"code\":\"escape\",\"source\":\"go compiler\",\"message\":\"\"}\n";

/* Exactly these bytes, copied so that ASan sees any byte read beyond. */
static FILE *stream_of(const char *bytes, size_t count, char **copy)
{
	FILE *stream;

	*copy = malloc(count + 1);
	assert_non_null(*copy);
	memcpy(*copy, bytes, count);
	stream = fmemopen(*copy, count ? count : 1, "r");
	assert_non_null(stream);
	return stream;
}

static void text_read(struct go_escapes *escapes, const char *bytes, size_t count)
{
	char *copy;
	FILE *stream = stream_of(bytes, count, &copy);

	assert_int_equal(go_escape_text_read(escapes, stream), 0);
	go_escapes_settle(escapes);
	fclose(stream);
	free(copy);
}

static void json_read(struct go_escapes *escapes, const char *bytes, size_t count,
                      struct problem_list *problems)
{
	char *copy;
	FILE *stream = stream_of(bytes, count, &copy);

	assert_int_equal(go_escape_json_file_read(escapes, stream, "main.json", problems),
	                 0);
	go_escapes_settle(escapes);
	fclose(stream);
	free(copy);
}

static void assert_escape(const struct go_escapes *escapes, size_t number,
                          const struct go_escape *wanted)
{
	const struct go_escape *escape = &escapes->items[number];

	assert_true(number < escapes->count);
	assert_string_equal(escape->file, wanted->file);
	assert_int_equal(escape->line, wanted->line);
	assert_int_equal(escape->column, wanted->column);
	assert_string_equal(escape->what, wanted->what);
	assert_string_equal(escape->function, wanted->function);
	assert_string_equal(escape->why, wanted->why);
	assert_int_equal(escape->is_moved, wanted->is_moved);
}

static void old_text_is_read(void **state)
{
	static const struct go_escape wanted[] = {
		{ .file = "main.go",
		  .line = 18,
		  .column = 2,
		  .what = "x",
		  .function = "",
		  .is_moved = true,
		  .why =
		      "&x (address-of) at ./main.go:19:9\nreturn &x (return) at ./main.go:19:2" },
		{ .file = "main.go",
		  .line = 38,
		  .column = 25,
		  .what = "make([]byte, size)",
		  .function = "",
		  .why = "make([]byte, size) (non-constant size) at ./main.go:38:25" },
		{ .file = "main.go",
		  .line = 57,
		  .column = 41,
		  .what = "\"x escapes to heap\"",
		  .function = "",
		  .why = "" },
	};
	struct go_escapes escapes = { .count = 0 };
	size_t i;

	(void)state;
	text_read(&escapes, old_form, strlen(old_form));
	assert_int_equal(escapes.count, 3);
	for (i = 0; i < 3; i++)
		assert_escape(&escapes, i, &wanted[i]);
	assert_string_equal(escapes.items[0].package, "example.com/esc");
	go_escapes_release(&escapes);
}

static void new_text_is_read(void **state)
{
	static const struct go_escape wanted[] = {
		{ .file = "main.go",
		  .line = 18,
		  .column = 2,
		  .what = "x",
		  .function = "toHeap",
		  .is_moved = true,
		  .why =
		      "&x (address-of) at ./main.go:19:9\nreturn &x (return) at ./main.go:19:2" },
		{ .file = "main.go",
		  .line = 27,
		  .column = 15,
		  .what = "append(out, i)",
		  .function = "grow",
		  .why = "out = append(out, i) (assign) at ./main.go:27:7" },
	};
	struct go_escapes escapes = { .count = 0 };
	size_t i;

	(void)state;
	text_read(&escapes, new_form, strlen(new_form));
	assert_int_equal(escapes.count, 2);
	for (i = 0; i < 2; i++)
		assert_escape(&escapes, i, &wanted[i]);
	go_escapes_release(&escapes);
}

/* The same text twice, as by two builds, says nothing new. */
static void nothing_counts_twice(void **state)
{
	struct go_escapes escapes = { .count = 0 };

	(void)state;
	text_read(&escapes, new_form, strlen(new_form));
	text_read(&escapes, new_form, strlen(new_form));
	assert_int_equal(escapes.count, 2);
	assert_true(escapes.items[0].is_moved);
	go_escapes_release(&escapes);
}

static void json_is_read(void **state)
{
	static const struct go_escape wanted = { .file = "/src/esc/main.go",
		                                     .line = 18,
		                                     .column = 2,
		                                     .what = "x",
		                                     .function = "",
		                                     .why = "&x (address-of) at "
		                                            "/src/esc/main.go:19" };
	struct problem_list problems = { .count = 0 };
	struct go_escapes escapes = { .count = 0 };

	(void)state;
	json_read(&escapes, json_form, strlen(json_form), &problems);
	assert_int_equal(problems.count, 0);
	assert_int_equal(escapes.count, 1);
	assert_escape(&escapes, 0, &wanted);
	go_escapes_release(&escapes);
}

/* Cut anywhere, and with any byte changed: what is left may say less, and does no harm. */
static void damage_does_no_harm(void **state)
{
	static const char *const forms[] = { old_form, new_form, json_form };
	static const char bytes[] = { 0,    '\n', ':', '"', '{',
		                          '\\', 'u',  ' ', '9', (char)0xff };
	struct problem_list problems = { .count = 0 };
	struct go_escapes escapes;
	size_t form, at, length, i;
	char changed[4096];

	(void)state;
	for (form = 0; form < 3; form++) {
		length = strlen(forms[form]);
		assert_true(length < sizeof(changed));
		for (at = 0; at <= length; at++) {
			for (i = 0; i <= sizeof(bytes); i++) {
				memcpy(changed, forms[form], length);
				if (i < sizeof(bytes) && at < length)
					changed[at] = bytes[i];
				escapes = (struct go_escapes){ .count = 0 };
				if (form == 2)
					json_read(&escapes, changed, i < sizeof(bytes) ? length : at,
					          &problems);
				else
					text_read(&escapes, changed, i < sizeof(bytes) ? length : at);
				assert_true(escapes.count <= 5);
				go_escapes_release(&escapes);
			}
		}
	}
	assert_true(problems.count > 0);
	problem_list_release(&problems);
}

/* Numbers of lines that no file has, and depths that no compiler writes. */
static void absurd_input_is_refused(void **state)
{
	static const char absurd
		[] = "a.go:0:1: moved to heap: x\na.go:4294967297:1: moved to heap: x\n"
			 "a.go:99999999999999999999:1: moved to heap: x\n:1:1: moved to heap: x\n"
			 "a.go:1:1: moved to heap: \na.go:1:1: escapes to heap\n";
	struct problem_list problems = { .count = 0 };
	struct go_escapes escapes = { .count = 0 };
	char deep[2001];

	(void)state;
	text_read(&escapes, absurd, strlen(absurd));
	assert_int_equal(escapes.count, 0);
	memset(deep, '[', 2000);
	deep[2000] = 0;
	json_read(&escapes, deep, 2000, &problems);
	assert_int_equal(problems.count, 1);
	assert_int_equal(escapes.count, 0);
	problem_list_release(&problems);
	go_escapes_release(&escapes);
}

static bool is_file(const char *file, const char *package, const char *traced,
                    const char *function)
{
	return go_escape_is_file(&(struct go_escape){ .file = file, .package = package },
	                         traced, function);
}

static void files_are_compared_from_their_end(void **state)
{
	(void)state;
	assert_true(is_file("main.go", "example.com/a", "/src/a/main.go", "main.f"));
	assert_true(
		is_file("b/b.go", "example.com/a/b", "/src/a/b/b.go", "example.com/a/b.f"));
	assert_true(
		is_file("b.go", "example.com/a/b", "/src/a/b/b.go", "example.com/a/b.(*T).f"));
	/* another package has a file of that name, too */
	assert_false(is_file("b.go", "example.com/a/b", "/src/c/b.go", "example.com/c.f"));
	assert_false(is_file("b/b.go", "", "/src/a/cb/b.go", "example.com/a/cb.f"));
	assert_false(is_file("main.go", "", "", "main.f"));
	/* of -json, and a program that was built with -trimpath */
	assert_true(is_file("/src/a/b/b.go", "example.com/a/b", "example.com/a/b/b.go",
	                    "example.com/a/b.f"));
	assert_false(is_file("/src/a/b/b.go", "", "/src/c/b/b.go", "example.com/c/b.f"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(old_text_is_read),
		cmocka_unit_test(new_text_is_read),
		cmocka_unit_test(nothing_counts_twice),
		cmocka_unit_test(json_is_read),
		cmocka_unit_test(damage_does_no_harm),
		cmocka_unit_test(absurd_input_is_refused),
		cmocka_unit_test(files_are_compared_from_their_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
