/*
 * test_words.c - words of loaded objects get hooks and get back what they held: bound or not, of
 * objects that come and go, and never if somebody else has changed them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dlfcn.h>
#include <inttypes.h>
#include <libelf.h>
#include <stdio.h>
#include <string.h>

#include "attach/object_words.h"
#include "attach/words.h"
#include "hooks/table.h"

/* libdw calls elf_begin() through a word; libresolv, which is opened later, fgets(). */
static Elf *(*real_elf_begin)(int, Elf_Cmd, Elf *);
static char *(*real_fgets)(char *, int, FILE *);
static void *(*libdw_begin)(int, int);
static unsigned calls;

static Elf *our_elf_begin(int file, Elf_Cmd command, Elf *of)
{
	calls++;
	return real_elf_begin(file, command, of);
}

static Elf *others_elf_begin(int file, Elf_Cmd command, Elf *of)
{
	return real_elf_begin(file, command, of);
}

static char *our_fgets(char *line, int bytes, FILE *file)
{
	return real_fgets(line, bytes, file);
}

/* In the place of the recorder's own hooks. */
bool hook_choose(const char *name, uintptr_t module, struct hook_choice *choice)
{
	(void)module;
	if (!strcmp(name, "elf_begin"))
		*choice = (struct hook_choice){ (uintptr_t)our_elf_begin,
			                            (uintptr_t)real_elf_begin, true, false };
	else if (!strcmp(name, "fgets"))
		*choice = (struct hook_choice){ (uintptr_t)our_fgets, (uintptr_t)real_fgets,
			                            false, false };
	else
		return false;
	return true;
}

/* ---- the word by which libdw calls ---- */

static uintptr_t *word, before;

static void word_take(void *unused, struct object *object,
                      const struct candidate *candidate)
{
	(void)unused;
	(void)object;
	if (candidate->ours == (uintptr_t)our_elf_begin)
		word = candidate->place;
}

static int word_find(struct dl_phdr_info *info, size_t bytes, void *unused)
{
	struct object object;

	(void)bytes;
	if (object_open(&object, info) && strstr(info->dlpi_name, "libdw.so"))
		object_candidates(&object, word_take, unused);
	object_close(&object);
	return 0;
}

struct writing {
	uintptr_t value;
	bool is_done;
};

static int object_set(struct dl_phdr_info *info, size_t bytes, void *context)
{
	struct writing *writing = context;
	struct object object;

	(void)bytes;
	if (object_open(&object, info) && object_holds(&object, (uintptr_t)word))
		writing->is_done = object_write(&object, word, writing->value);
	object_close(&object);
	return 0;
}

static void word_set(uintptr_t value)
{
	struct writing writing = { value, false };

	dl_iterate_phdr(object_set, &writing);
	assert_true(writing.is_done);
	assert_true(*word == value);
}

static bool word_is_writable(void)
{
	FILE *maps = fopen("/proc/self/maps", "re");
	uintptr_t start, end;
	char line[512], access[5];
	bool is_writable = false;

	assert_non_null(maps);
	while (real_fgets(line, sizeof(line), maps)) {
		if (sscanf(line, "%" SCNxPTR "-%" SCNxPTR " %4s", &start, &end, access) == 3 &&
		    (uintptr_t)word >= start && (uintptr_t)word < end)
			is_writable = access[1] == 'w';
	}
	fclose(maps);
	return is_writable;
}

static bool is_called(void)
{
	unsigned earlier = calls;

	libdw_begin(-1, 0); /* the descriptor is none: nothing is opened */
	return calls > earlier;
}

static int world_find(void **state)
{
	void *libdw = dlopen("libdw.so.1", RTLD_LAZY);

	(void)state;
	assert_non_null(libdw);
	libdw_begin = (void *(*)(int, int))dlsym(libdw, "dwarf_begin");
	real_elf_begin = (Elf * (*)(int, Elf_Cmd, Elf *)) dlsym(libdw, "elf_begin");
	real_fgets = (char *(*)(char *, int, FILE *))dlsym(RTLD_NEXT, "fgets");
	assert_true(libdw_begin && real_elf_begin && real_fgets);
	dl_iterate_phdr(word_find, NULL);
	assert_non_null(word);
	before = *word;
	return 0;
}

/* ---- tests ---- */

static void words_are_patched_and_put_back(void **state)
{
	bool was_writable = word_is_writable();
	uint32_t patched;

	(void)state;
	assert_true(words_patch());
	patched = words_counts.patched;
	assert_true(patched > 0);
	assert_int_equal(words_counts.denied, 0);
	assert_true(*word == (uintptr_t)our_elf_begin);
	assert_true(is_called());
	assert_int_equal(word_is_writable(), was_writable);
	words_restore();
	assert_true(*word == before);
	assert_false(is_called());
	assert_int_equal(words_counts.put_back, patched);
	assert_int_equal(words_counts.lost + words_counts.denied, 0);
	assert_int_equal(words_counts.patched, 0);
	assert_int_equal(word_is_writable(), was_writable);
}

/* The call above has bound it, unless it was bound when libdw was loaded. */
static void a_bound_word_is_patched_as_well(void **state)
{
	(void)state;
	word_set((uintptr_t)real_elf_begin);
	assert_true(words_patch());
	assert_true(is_called());
	words_restore();
	assert_true(*word == (uintptr_t)real_elf_begin);
	assert_false(is_called());
}

static void somebody_elses_word_is_left_alone(void **state)
{
	uint32_t foreign, patched;

	(void)state;
	assert_true(words_patch());
	foreign = words_counts.foreign;
	patched = words_counts.patched;
	words_restore();
	word_set((
		uintptr_t)real_fgets); /* a function that is not in libdw, nor in the program */
	assert_true(words_patch());
	assert_int_equal(words_counts.foreign, foreign + 1);
	assert_int_equal(words_counts.patched, patched - 1);
	assert_true(*word == (uintptr_t)real_fgets);
	words_restore();
	assert_true(*word == (uintptr_t)real_fgets);
	assert_int_equal(words_counts.lost, 0);
	word_set((uintptr_t)real_elf_begin);
}

static void a_word_that_others_have_changed_is_lost(void **state)
{
	uint32_t patched;

	(void)state;
	assert_true(words_patch());
	patched = words_counts.patched;
	word_set((uintptr_t)others_elf_begin);
	words_restore();
	assert_int_equal(words_counts.lost, 1);
	assert_int_equal(words_counts.put_back, patched - 1);
	assert_true(*word == (uintptr_t)others_elf_begin);
	word_set((uintptr_t)real_elf_begin);
}

/* The loader binds a word at its first call, which another thread may just be making. */
static void what_was_bound_meanwhile_is_patched_again(void **state)
{
	uint32_t patched;

	(void)state;
	assert_true(words_patch());
	patched = words_counts.patched;
	word_set((uintptr_t)real_elf_begin);
	assert_false(words_follow(false)); /* no object has come or gone */
	assert_false(is_called());
	assert_true(words_follow(true));
	assert_int_equal(words_counts.patched, patched);
	assert_true(is_called());
	words_restore();
	assert_int_equal(words_counts.lost, 0);
	assert_int_equal(words_counts.put_back, patched);
	assert_true(*word == (uintptr_t)real_elf_begin);
}

static void objects_come_and_go(void **state)
{
	uint32_t patched;
	void *later;

	(void)state;
	assert_null(dlopen("libresolv.so.2", RTLD_LAZY | RTLD_NOLOAD));
	assert_true(words_patch());
	patched = words_counts.patched;
	later = dlopen("libresolv.so.2", RTLD_LAZY);
	assert_non_null(later);
	assert_true(words_follow(false));
	assert_true(words_counts.patched > patched);
	assert_false(words_follow(false));
	assert_int_equal(dlclose(later), 0);
	assert_null(dlopen("libresolv.so.2", RTLD_LAZY | RTLD_NOLOAD));
	assert_true(words_follow(false));
	assert_int_equal(words_counts.patched, patched);
	/* Closed while nothing follows: its words are passed over, whatever is there now. */
	later = dlopen("libresolv.so.2", RTLD_LAZY);
	assert_true(words_follow(false));
	assert_int_equal(dlclose(later), 0);
	words_restore();
	assert_int_equal(words_counts.put_back, patched);
	assert_int_equal(words_counts.lost + words_counts.denied, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_are_patched_and_put_back),
		cmocka_unit_test(a_bound_word_is_patched_as_well),
		cmocka_unit_test(somebody_elses_word_is_left_alone),
		cmocka_unit_test(a_word_that_others_have_changed_is_lost),
		cmocka_unit_test(what_was_bound_meanwhile_is_patched_again),
		cmocka_unit_test(objects_come_and_go),
	};

	return cmocka_run_group_tests(tests, world_find, NULL);
}
