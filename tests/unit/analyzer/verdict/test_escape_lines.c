/* test_escape_lines.c - objects of Go's heap by the lines that the compiler speaks of. */
#include "verdict/escape_lines.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void escape_add(struct go_escapes *escapes, const char *file, uint32_t line,
                       const char *what)
{
	assert_int_equal(go_escapes_add(escapes, &(struct go_escape){ .file = file,
	                                                              .line = line,
	                                                              .column = 2,
	                                                              .what = what }),
	                 0);
}

static void objects_count_for_the_first_line_that_is_known(void **state)
{
	static const struct go_frame inlined[] = { { "main.inner", "/a/main.go", 9 },
		                                       { "main.f", "/a/main.go", 20 },
		                                       { "main.g", "/a/main.go", 10 } };
	static const struct go_frame other[] = { { "main.f", "/a/other.go", 10 } };
	struct go_escapes escapes = { .count = 0 };
	struct escape_lines lines;

	(void)state;
	escape_add(&escapes, "./main.go", 20, "x");
	escape_add(&escapes, "./main.go", 20, "y");
	escape_add(&escapes, "./main.go", 10, "z");
	escape_add(&escapes, "./b/main.go", 20, "never");
	go_escapes_settle(&escapes);
	assert_int_equal(escape_lines_make(&lines, &escapes), 0);
	assert_int_equal(lines.count, 3);
	escape_lines_count(&lines, inlined, 3,
	                   &(struct go_objects){ 5, 500, 1, 100, 4, 400 });
	escape_lines_count(&lines, inlined + 2, 1,
	                   &(struct go_objects){ 1, 900, 0, 0, 1, 900 });
	escape_lines_count(&lines, inlined + 1, 2,
	                   &(struct go_objects){ 2, 20, 2, 20, 0, 0 });
	escape_lines_count(&lines, other, 1, &(struct go_objects){ 7, 70, 0, 0, 3, 30 });
	assert_int_equal(escape_lines_rank(&lines), 2);
	assert_string_equal(lines.lines[0].escapes->what, "z");
	assert_int_equal(lines.lines[0].cost.bytes, 900);
	assert_int_equal(lines.lines[1].count, 2);
	assert_int_equal(lines.lines[1].cost.objects, 7);
	assert_int_equal(lines.lines[1].cost.bytes, 520);
	assert_int_equal(lines.lines[1].cost.in_use_objects, 3);
	assert_int_equal(lines.lines[1].cost.in_use_bytes, 120);
	assert_int_equal(lines.lines[1].cost.dead_objects, 4);
	assert_int_equal(lines.lines[1].cost.dead_bytes, 400);
	assert_int_equal(lines.matched.dead_bytes, 1300);
	assert_int_equal(lines.others.dead_objects, 3);
	assert_string_equal(lines.lines[2].escapes->what, "never");
	assert_int_equal(lines.matched.bytes, 1420);
	assert_int_equal(lines.others.objects, 7);
	escape_lines_release(&lines);
	go_escapes_release(&escapes);
}

static void without_a_compiler_all_is_other(void **state)
{
	static const struct go_frame frame = { "main.f", "/a/main.go", 10 };
	struct go_escapes escapes = { .count = 0 };
	struct escape_lines lines;

	(void)state;
	go_escapes_settle(&escapes);
	assert_int_equal(escape_lines_make(&lines, &escapes), 0);
	escape_lines_count(&lines, &frame, 1, &(struct go_objects){ 1, 8, 0, 0, 0, 0 });
	assert_int_equal(escape_lines_rank(&lines), 0);
	assert_int_equal(lines.others.bytes, 8);
	escape_lines_release(&lines);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(objects_count_for_the_first_line_that_is_known),
		cmocka_unit_test(without_a_compiler_all_is_other),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
