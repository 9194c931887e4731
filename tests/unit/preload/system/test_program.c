/*
 * test_program.c - which programs take no preloaded library, by what is in their files. That
 * they are counted when they are started is held by tests/cli/run-unpreloadable.sh.
 */
#include "system/program.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "arch.h"

#define SEGMENTS 20 /* more than are read at once */

/* An ELF file. The loader's name is in its last segment; "": it names none. */
struct image {
	Elf64_Ehdr header;
	Elf64_Phdr segments[SEGMENTS];
	char loader[64];
};

static char directory[] = "/tmp/outlive-test-program-XXXXXX";

static struct image image_make(const char *loader)
{
	struct image image = { .header = { .e_ident = ELFMAG,
		                               .e_machine = ARCH_MACHINE,
		                               .e_phoff = sizeof(Elf64_Ehdr),
		                               .e_phentsize = sizeof(Elf64_Phdr),
		                               .e_phnum = SEGMENTS } };
	Elf64_Phdr *last = &image.segments[SEGMENTS - 1];

	image.header.e_ident[EI_CLASS] = ELFCLASS64;
	snprintf(image.loader, sizeof(image.loader), "%s", loader);
	if (*loader) {
		last->p_type = PT_INTERP;
		last->p_offset = offsetof(struct image, loader);
		last->p_filesz = strlen(loader) + 1;
	}
	return image;
}

static void file_write(const char *name, const void *data, size_t size_bytes)
{
	FILE *file = fopen(name, "w");

	assert_non_null(file);
	assert_int_equal(fwrite(data, 1, size_bytes, file), size_bytes);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(name, 0755), 0);
}

static void script_write(const char *name, const char *line)
{
	file_write(name, line, strlen(line));
}

static bool ignores(const char *path)
{
	struct program_file file = { .directory = AT_FDCWD, .path = path };

	return program_kind(&file) == PROGRAM_IGNORES;
}

static bool refuses(const char *path)
{
	struct program_file file = { .directory = AT_FDCWD, .path = path };

	return program_kind(&file) == PROGRAM_REFUSES;
}

static bool image_ignores(const struct image *image)
{
	file_write("image", image, sizeof(*image));
	return ignores("image");
}

static bool image_refuses(const struct image *image)
{
	file_write("image", image, sizeof(*image));
	return refuses("image");
}

static void programs_without_a_loader_are_static(void **state)
{
	struct image dynamic = image_make("/lib64/ld-linux-x86-64.so.2");
	struct image without = image_make("");

	(void)state;
	assert_false(image_ignores(&dynamic));
	assert_true(image_ignores(&without));
	assert_true(ignores("./image"));
	without.header.e_phnum = 0;
	assert_true(image_ignores(&without));
	/* the loader itself */
	file_write("ld-linux-x86-64.so.2", &without, sizeof(without));
	assert_false(ignores("./ld-linux-x86-64.so.2"));
	file_write("ld.so", &without, sizeof(without));
	assert_false(ignores("ld.so"));
}

static void others_are_no_programs_of_glibc_and_64_bits(void **state)
{
	struct image musl = image_make("/lib/ld-musl-x86_64.so.1");
	struct image small = image_make("/lib/ld-linux.so.2");
	struct image other = image_make("/lib/ld-linux-other.so.2");

	(void)state;
	assert_true(image_refuses(&musl));
	script_write("script", "#!image");
	assert_true(refuses("script"));
	small.header.e_ident[EI_CLASS] = ELFCLASS32;
	assert_true(image_refuses(&small));
	small.header.e_machine = ARCH_MACHINE_32;
	assert_true(image_refuses(&small));
	other.header.e_machine = EM_NONE;
	assert_false(image_refuses(&other));
	assert_false(ignores("image"));
	other.header.e_ident[EI_CLASS] = ELFCLASS32;
	assert_false(image_refuses(&other));
	assert_false(ignores("image"));
}

static void damaged_files_are_not_known(void **state)
{
	struct image image = image_make("");

	(void)state;
	image.header.e_phentsize = 1;
	assert_false(image_ignores(&image));
	image = image_make("");
	image.header.e_phoff = UINT64_MAX - 100;
	assert_false(image_ignores(&image));
	image = image_make("");
	image.header.e_phnum = 0xffff;
	assert_false(image_ignores(&image));
	image = image_make("/lib");
	image.segments[SEGMENTS - 1].p_offset = UINT64_MAX;
	assert_false(image_ignores(&image));
	for (size_t bytes = 0; bytes < sizeof(Elf64_Ehdr); bytes++) {
		file_write("image", &image, bytes);
		assert_false(ignores("image"));
	}
	assert_false(ignores("none"));
	assert_false(ignores("."));
	assert_false(ignores("/dev/null"));
	assert_false(ignores(NULL));
	assert_false(ignores((const char *)16));
}

static void scripts_are_what_their_interpreters_are(void **state)
{
	struct image without = image_make("");
	struct image dynamic = image_make("/lib64/ld-linux-x86-64.so.2");
	char line[600];

	(void)state;
	file_write("image", &without, sizeof(without));
	file_write("dynamic", &dynamic, sizeof(dynamic));
	script_write("script", "#!image");
	script_write("second", "#! \tscript with arguments\nimage");
	script_write("third", "#!dynamic image\n");
	assert_true(ignores("script"));
	assert_true(ignores("second"));
	assert_false(ignores("third"));
	script_write("script", "#!script\n"); /* for ever */
	assert_false(ignores("script"));
	script_write("script", "#!");
	assert_false(ignores("script"));
	script_write("script", "#! \n image");
	assert_false(ignores("script"));
	script_write("script", "image\n");
	assert_false(ignores("script"));
	memset(line, 'x', sizeof(line));
	memcpy(line, "#!", 2);
	file_write("script", line, sizeof(line));
	assert_false(ignores("script"));
}

static bool found_ignores(const char *name, const char *path)
{
	struct program_file file = { AT_FDCWD, name, 0, path };

	return program_kind(&file) == PROGRAM_IGNORES;
}

static void programs_are_found_in_path(void **state)
{
	struct image without = image_make("");
	struct image dynamic = image_make("/lib64/ld-linux-x86-64.so.2");
	char path[1200];

	(void)state;
	mkdir("a", 0755);
	mkdir("b", 0755);
	mkdir("a/c", 0755);
	file_write("a/other", &dynamic, sizeof(dynamic));
	file_write("b/other", &without, sizeof(without));
	file_write("b/c", &without, sizeof(without));
	file_write("own", &without, sizeof(without));
	assert_false(found_ignores("other", "a:b"));
	assert_true(found_ignores("other", "b:a"));
	assert_true(found_ignores("other", "none:./b:a"));
	assert_true(found_ignores("c", "a:b")); /* not a directory */
	assert_false(found_ignores("other", ""));
	assert_true(found_ignores("own", ""));
	assert_true(found_ignores("own", "a:"));
	assert_true(found_ignores("b/other", "a"));
	assert_int_equal(chmod("a/other", 0644), 0);
	assert_true(found_ignores("other", "a:b"));
	memset(path, 'x', sizeof(path)); /* no room for this one */
	memcpy(path + 1100, ":b", 3);
	assert_true(found_ignores("other", path));
}

static void programs_are_found_by_descriptors(void **state)
{
	struct image without = image_make("");
	struct program_file file = { .flags = AT_EMPTY_PATH, .path = "" };
	int program, there;

	(void)state;
	mkdir("a", 0755);
	file_write("a/static", &without, sizeof(without));
	program = open("a/static", O_PATH | O_CLOEXEC);
	there = open("a", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	file.directory = program;
	assert_int_equal(program_kind(&file), PROGRAM_IGNORES);
	file.path = NULL;
	assert_int_equal(program_kind(&file), PROGRAM_IGNORES);
	file = (struct program_file){ there, "static", AT_SYMLINK_NOFOLLOW, NULL };
	assert_int_equal(program_kind(&file), PROGRAM_IGNORES);
	assert_int_equal(symlink("static", "a/link"), 0);
	file.path = "link";
	assert_int_equal(program_kind(&file), PROGRAM_TAKES); /* exec would refuse it */
	file.flags = 0;
	assert_int_equal(program_kind(&file), PROGRAM_IGNORES);
	file = (struct program_file){ -1, "", AT_EMPTY_PATH, NULL };
	assert_int_equal(program_kind(&file), PROGRAM_TAKES);
	close(program);
	close(there);
}

static void nothing_is_left(void **state)
{
	struct image without = image_make("");
	int before = dup(0), after;

	(void)state;
	close(before);
	errno = 4711;
	assert_true(image_ignores(&without));
	assert_false(ignores("none"));
	assert_int_equal(errno, 4711);
	after = dup(0);
	close(after);
	assert_int_equal(before, after);
}

static int set_up(void **state)
{
	(void)state;
	return !mkdtemp(directory) || chdir(directory);
}

static int tear_down(void **state)
{
	static const char *const names[] = {
		"a/other", "a/static", "a/link", "a/c",
		"a",       "b/other",  "b/c",    "b",
		"own",     "script",   "second", "third",
		"dynamic", "image",    "ld.so",  "ld-linux-x86-64.so.2"
	};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		remove(names[i]);
	return chdir("/") || rmdir(directory);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(programs_without_a_loader_are_static),
		cmocka_unit_test(others_are_no_programs_of_glibc_and_64_bits),
		cmocka_unit_test(damaged_files_are_not_known),
		cmocka_unit_test(scripts_are_what_their_interpreters_are),
		cmocka_unit_test(programs_are_found_in_path),
		cmocka_unit_test(programs_are_found_by_descriptors),
		cmocka_unit_test(nothing_is_left),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
