/*
 * test_program.c - programs that can be recorded and programs that cannot, made by the
 * compiler and then by changing single bytes. The messages are held by tests/cli/run-*.
 */
#include "elf/file.h"
#include "record/program.h"

#include <elf.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char directory[] = "/tmp/outlive-test-program-XXXXXX";

static char *path_of(const char *name)
{
	static char paths[4][256];
	static unsigned turn;
	char *path = paths[turn++ % 4];

	snprintf(path, 256, "%s/%s", directory, name);
	return path;
}

static void shell(const char *format, const char *word)
{
	char command[512];
	int used = snprintf(command, sizeof(command), "cd %s && ", directory);

	snprintf(command + used, sizeof(command) - (size_t)used, format, word);
	assert_int_equal(system(command), 0);
}

static void file_write(const char *name, const char *text, mode_t mode)
{
	int file = open(path_of(name), O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_int_equal(write(file, text, strlen(text)), strlen(text));
	fchmod(file, mode);
	close(file);
}

static void byte_write(const char *name, off_t at, uint8_t byte)
{
	int file = open(path_of(name), O_WRONLY);

	assert_int_equal(pwrite(file, &byte, 1, at), 1);
	close(file);
}

static enum program_result check(const char *name, const char *message)
{
	struct error error = { "" };
	char path[PATH_MAX];
	enum program_result result = program_check(path_of(name), path, &error);

	if (!strstr(error.message, message))
		fail_msg("'%s' does not say '%s'", error.message, message);
	return result;
}

static void finds_as_execvp_does(void **state)
{
	char old[4096], path[PATH_MAX], search[600];
	struct error error;

	(void)state;
	snprintf(old, sizeof(old), "%s", getenv("PATH"));
	shell("mkdir -p one two && cp main one/tool && chmod -x one/tool && cp main two/%s",
	      "tool");
	shell("mkdir -p one/%s", "folder");
	snprintf(search, sizeof(search), "%s/none:%s/one:%s/two", directory, directory,
	         directory);
	setenv("PATH", search, 1);
	assert_int_equal(program_check("tool", path, &error), PROGRAM_OK);
	assert_string_equal(path, path_of("two/tool"));
	assert_int_equal(program_check("folder", path, &error), PROGRAM_NOT_FOUND);
	assert_int_equal(program_check("nowhere", path, &error), PROGRAM_NOT_FOUND);
	assert_int_equal(program_check("", path, &error), PROGRAM_NOT_FOUND);
	assert_int_equal(chdir(path_of("two")), 0);
	setenv("PATH", "", 1); /* the working directory */
	assert_int_equal(program_check("tool", path, &error), PROGRAM_OK);
	assert_string_equal(path, "tool");
	unsetenv("PATH");
	assert_int_equal(program_check("sh", path, &error), PROGRAM_OK);
	setenv("PATH", old, 1);
	assert_int_equal(chdir("/"), 0);
}

static void takes_what_can_be_recorded(void **state)
{
	(void)state;
	assert_int_equal(check("main", ""), PROGRAM_OK);
	shell("gcc -no-pie -o fixed main.c%s", "");
	assert_int_equal(check("fixed", ""), PROGRAM_OK);
	shell("gcc -o stripped main.c && strip %s", "stripped");
	assert_int_equal(check("stripped", ""), PROGRAM_OK);
	file_write("script", "#! /bin/sh -e\nexit 0\n", 0755);
	assert_int_equal(check("script", ""), PROGRAM_OK);
}

static void follows_scripts(void **state)
{
	char text[600];

	(void)state;
	shell("gcc -static -o fixed-in main.c%s", "");
	snprintf(text, sizeof(text), "#!%s\n", path_of("fixed-in"));
	file_write("inner", text, 0755);
	snprintf(text, sizeof(text), "#!\t %s argument\n", path_of("inner"));
	file_write("outer", text, 0755);
	assert_int_equal(check("outer", "fixed-in: is statically linked"), PROGRAM_REFUSED);
	snprintf(text, sizeof(text), "#!%s\n", path_of("circle"));
	file_write("circle", text, 0755);
	assert_int_equal(check("circle", "more than 5"), PROGRAM_NOT_EXECUTABLE);
	file_write("empty", "#!\n", 0755);
	assert_int_equal(check("empty", "neither ELF nor a script"),
	                 PROGRAM_NOT_EXECUTABLE);
	file_write("none", "#!/none\n", 0755);
	assert_int_equal(check("none", "its interpreter '/none'"), PROGRAM_NOT_FOUND);
	file_write("text", "echo\n", 0755);
	assert_int_equal(check("text", "neither ELF nor a script"), PROGRAM_NOT_EXECUTABLE);
	file_write("nothing", "", 0755);
	assert_int_equal(check("nothing", "neither ELF"), PROGRAM_NOT_EXECUTABLE);
}

static void refuses_other_kinds(void **state)
{
	(void)state;
	shell("cp main other%s", "");
	byte_write("other", EI_CLASS, ELFCLASS32);
	byte_write("other", offsetof(Elf64_Ehdr, e_machine), EM_386);
	assert_int_equal(check("other", "32-bit"), PROGRAM_REFUSED);
	shell("cp main other%s", "");
	byte_write("other", offsetof(Elf64_Ehdr, e_machine), 243);
	assert_int_equal(check("other", "another kind of machine"), PROGRAM_NOT_EXECUTABLE);
	shell("cp main other%s", "");
	byte_write("other", EI_DATA, ELFDATA2MSB);
	assert_int_equal(check("other", "another kind of machine"), PROGRAM_NOT_EXECUTABLE);
	shell("gcc -Wl,--dynamic-linker=%s -o other main.c", "/lib/ld-musl-x86_64.so.1");
	assert_int_equal(check("other", "musl"), PROGRAM_REFUSED);
}

static void refuses_what_asan_would_end(void **state)
{
	(void)state;
	shell("gcc -shared -fPIC -Wl,-soname,%s -o libasan.so main.c", "libasan.so.8");
	shell("gcc -shared -fPIC -Wl,-soname,%s -o clang.so main.c",
	      "libclang_rt.asan-x86_64.so");
	shell("gcc -shared -fPIC -Wl,-soname,%s -o alike.so main.c",
	      "libnotasan.so.libasan.so");
	shell("gcc -Wl,--no-as-needed -o asan main.c %s", "./libasan.so");
	shell("gcc -Wl,--no-as-needed -o clang main.c %s", "./clang.so");
	shell("gcc -Wl,--no-as-needed -o alike main.c %s", "./alike.so");
	assert_int_equal(check("asan", "AddressSanitizer"), PROGRAM_REFUSED);
	assert_int_equal(check("clang", "AddressSanitizer"), PROGRAM_REFUSED);
	assert_int_equal(check("alike", ""), PROGRAM_OK);
	setenv("ASAN_OPTIONS", "halt_on_error=0:verify_asan_link_order=0", 1);
	assert_int_equal(check("asan", ""), PROGRAM_OK);
	setenv("ASAN_OPTIONS", "verify_asan_link_order=1", 1);
	assert_int_equal(check("asan", "AddressSanitizer"), PROGRAM_REFUSED);
	unsetenv("ASAN_OPTIONS");
	setenv("LD_PRELOAD", "none.so:/usr/lib/libasan.so.8", 1);
	assert_int_equal(check("alike", "LD_PRELOAD: names"), PROGRAM_REFUSED);
	setenv("LD_PRELOAD", "none.so:/usr/libasan.so/none", 1);
	assert_int_equal(check("alike", ""), PROGRAM_OK);
	unsetenv("LD_PRELOAD");
}

/* Every byte of the headers changed, every length: an answer, and no crash. */
static void survives_damage(void **state)
{
	struct elf_file elf;
	struct stat status;
	uint8_t *whole;
	int file;
	off_t at;

	(void)state;
	file = open(path_of("main"), O_RDONLY);
	fstat(file, &status);
	whole = malloc((size_t)status.st_size);
	assert_int_equal(read(file, whole, (size_t)status.st_size), status.st_size);
	close(file);
	file = open(path_of("damaged"), O_RDWR | O_CREAT, 0700);
	assert_int_equal(write(file, whole, (size_t)status.st_size), status.st_size);
	for (at = 0; at < 64 + 14 * 56; at++) {
		uint8_t changed = (uint8_t)(whole[at] ^ (1 + at % 255));

		assert_int_equal(pwrite(file, &changed, 1, at), 1);
		elf_file_read(&elf, file);
		assert_int_equal(pwrite(file, whole + at, 1, at), 1);
	}
	for (at = 2000; at >= 0; at--) {
		assert_int_equal(ftruncate(file, at), 0);
		assert_int_not_equal(elf_file_read(&elf, file), ELF_UNREADABLE);
		if (at < 4)
			assert_int_equal(elf_file_read(&elf, file), ELF_NOT_ELF);
	}
	close(file);
	free(whole);
}

static void knows_build_ids(void **state)
{
	struct elf_file elf;
	int file;

	(void)state;
	shell("gcc -Wl,--build-id=0x%s -o named main.c",
	      "00112233445566778899aabbccddeeff");
	file = open(path_of("named"), O_RDONLY);
	assert_int_equal(elf_file_read(&elf, file), ELF_OK);
	assert_int_equal(elf.build_id_bytes, 16);
	assert_int_equal(elf.build_id[1], 0x11);
	assert_int_equal(elf.build_id[15], 0xff);
	assert_true(elf.has_libraries);
	assert_true(elf.has_interpreter);
	assert_false(elf.is_go);
	close(file);
	shell("gcc -Wl,--build-id=none -o named main.c%s", "");
	file = open(path_of("named"), O_RDONLY);
	assert_int_equal(elf_file_read(&elf, file), ELF_OK);
	assert_int_equal(elf.build_id_bytes, 0);
	assert_true(elf_file_is_build(&elf, NULL, 0));
	close(file);
}

static int set_up(void **state)
{
	(void)state;
	if (!mkdtemp(directory))
		return -1;
	file_write("main.c", "int main(void) { return 0; }\n", 0600);
	shell("gcc -o main main.c%s", "");
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	shell("rm -rf %s", directory);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_as_execvp_does),
		cmocka_unit_test(takes_what_can_be_recorded),
		cmocka_unit_test(follows_scripts),
		cmocka_unit_test(refuses_other_kinds),
		cmocka_unit_test(refuses_what_asan_would_end),
		cmocka_unit_test(survives_damage),
		cmocka_unit_test(knows_build_ids),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
