/* test_debian_package.c - which package a file is of, by lists as dpkg has them. */
#include "base/debian_package.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static char directory[] = "/tmp/outlive-packages.XXXXXX";

static void list_write(const char *name, const char *lines)
{
	char path[128];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	file = fopen(path, "w");
	assert_non_null(file);
	fputs(lines, file);
	fclose(file);
}

static int lists_make(void **state)
{
	(void)state;
	assert_non_null(mkdtemp(directory));
	list_write("libc6:amd64.list", "/.\n/lib\n/lib/x86_64-linux-gnu/libc.so.6\n");
	list_write("tool.list", "/usr\n/usr/bin\n/usr/bin/tool\n/usr/lib/tool/plug.so");
	list_write("tool.md5sums", "/usr/bin/other\n");
	return 0;
}

static int lists_remove(void **state)
{
	static const char *const names[] = { "libc6:amd64.list", "tool.list",
		                                 "tool.md5sums" };
	char path[128];
	size_t i;

	(void)state;
	for (i = 0; i < 3; i++) {
		snprintf(path, sizeof(path), "%s/%s", directory, names[i]);
		unlink(path);
	}
	return rmdir(directory);
}

static const char *package_of(const struct packaged_file *files, size_t count,
                              const char *path)
{
	size_t i;

	for (i = 0; i < count; i++) {
		if (!strcmp(files[i].path, path))
			return files[i].package;
	}
	return NULL;
}

/* Debian's /lib is a link to /usr/lib: the kernel and the packages may say different paths. */
static void files_have_packages(void **state)
{
	struct packaged_file files[] = {
		{ .path = "/usr/lib/x86_64-linux-gnu/libc.so.6" },
		{ .path = "/usr/bin/tool" },
		{ .path = "/usr/lib/tool/plug.so" },
		{ .path = "/usr/bin/other" },
		{ .path = "/usr/share/bin/tool" },
	};
	size_t count = sizeof(files) / sizeof(files[0]);

	(void)state;
	debian_packages_find_in(directory, files, count);
	assert_string_equal(package_of(files, count, "/usr/lib/x86_64-linux-gnu/libc.so.6"),
	                    "libc6");
	assert_string_equal(package_of(files, count, "/usr/bin/tool"), "tool");
	assert_string_equal(package_of(files, count, "/usr/lib/tool/plug.so"), "tool");
	assert_string_equal(package_of(files, count, "/usr/bin/other"), "");
	assert_string_equal(package_of(files, count, "/usr/share/bin/tool"), "");
}

static void without_dpkg_none_is_known(void **state)
{
	struct packaged_file file = { .path = "/usr/bin/tool", .package = "old" };

	(void)state;
	debian_packages_find_in("/nonexistent", &file, 1);
	assert_string_equal(file.package, "");
}

static void debug_packages_have_names(void **state)
{
	char text[PACKAGE_BYTES + 16];

	(void)state;
	assert_string_equal(debian_debug_package(text, "tool"), "tool-dbgsym");
	assert_string_equal(debian_debug_package(text, "libc6"), "libc6-dbg");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(files_have_packages),
		cmocka_unit_test(without_dpkg_none_is_known),
		cmocka_unit_test(debug_packages_have_names),
	};

	return cmocka_run_group_tests(tests, lists_make, lists_remove);
}
