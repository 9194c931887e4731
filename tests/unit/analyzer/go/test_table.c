/* test_table.c - the tables of a Go program, whole and damaged. */
#include "go/table.h"
#include "go_file.h"
#include "symbols/go_index.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define WORK (GO_FILE_TEXT + 0x40)

/* Open exactly these bytes, copied so that ASan sees any byte read beyond. */
static Elf *open_bytes(const uint8_t *bytes, size_t count, char **copy)
{
	*copy = malloc(count);
	assert_non_null(*copy);
	memcpy(*copy, bytes, count);
	elf_version(EV_CURRENT);
	return elf_memory(*copy, count);
}

/* What is at an address, as "function file:line < function file:line". */
static const char *said(struct go_index *index, uint64_t address)
{
	struct symbol_frame frames[DWARF_FRAMES_MAX];
	uint32_t numbers[DWARF_FRAMES_MAX];
	static char text[4096];
	int count = go_index_find(index, address, frames), i;
	size_t used = 0;

	text[0] = '\0';
	for (i = 0; i < count; i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%s %s:%u",
		                         i ? " < " : "", frames[i].function, frames[i].file,
		                         frames[i].line);
	assert_int_equal(go_index_chain(index, address, numbers), count);
	for (i = 0; i < count; i++)
		assert_string_equal(go_index_name(index, numbers[i]), frames[i].function);
	return text;
}

static void knows_what_is_at_an_address(void **state)
{
	struct symbol_frame frames[DWARF_FRAMES_MAX];
	struct instances instances;
	uint8_t file[GO_FILE_BYTES];
	struct go_index *index;
	char *copy;
	int layout;
	Elf *elf;

	(void)state;
	for (layout = GO_FILE_1_16; layout <= GO_FILE_1_20; layout++) {
		memset(&instances, 0, sizeof(instances));
		go_file_make(file, (enum go_file_layout)layout);
		elf = open_bytes(file, sizeof(file), &copy);
		index = go_index_new(elf, &instances, 0);
		assert_non_null(index);
		assert_string_equal(said(index, GO_FILE_TEXT), "main.main /src/main.go:10");
		assert_string_equal(said(index, GO_FILE_TEXT + 0x3f),
		                    "main.main /src/main.go:10");
		assert_string_equal(said(index, WORK), "main.(*T).Work /src/work.go:20");
		assert_string_equal(said(index, WORK + 8), "main.Map[...] /src/map.go:31 < "
		                                           "main.(*T).Work /src/work.go:21");
		assert_string_equal(said(index, WORK + 12),
		                    "main.leaf /src/map.go:41 < main.Map[...] /src/map.go:32 < "
		                    "main.(*T).Work /src/work.go:21");
		assert_string_equal(said(index, WORK + 24), "main.(*T).Work /src/work.go:20");
		assert_string_equal(said(index, GO_FILE_TEXT + 0x80), "");
		assert_string_equal(said(index, GO_FILE_TEXT - 1), "");
		assert_string_equal(said(index, GO_FILE_TEXT_END), "");
		assert_int_equal(go_index_find(index, WORK + 12, frames), 3);
		assert_int_equal(frames[0].home_line, layout == GO_FILE_1_20 ? 40 : 0);
		assert_int_equal(frames[2].home_line, layout == GO_FILE_1_20 ? 19 : 0);
		go_index_free(index);
		instances_release(&instances);
		elf_end(elf);
		free(copy);
	}
}

/* An inlined call has one instance, whichever address in it is asked for. */
static void tells_instances_apart(void **state)
{
	uint32_t one[DWARF_FRAMES_MAX], other[DWARF_FRAMES_MAX];
	struct instances instances = { .count = 0 };
	uint8_t file[GO_FILE_BYTES];
	struct go_index *index;
	char *copy;
	Elf *elf;

	(void)state;
	go_file_make(file, GO_FILE_1_20);
	elf = open_bytes(file, sizeof(file), &copy);
	index = go_index_new(elf, &instances, 0x1000);
	assert_non_null(index);
	assert_int_equal(go_index_chain(index, 0x1000 + WORK + 8, one), 2);
	assert_int_equal(go_index_chain(index, 0x1000 + WORK + 12, other), 3);
	assert_int_equal(one[0], other[1]);
	assert_int_equal(one[1], other[2]);
	assert_int_equal(go_index_chain(index, 0x1000 + WORK + 20, one), 2);
	assert_int_equal(one[0], other[1]);
	assert_int_equal(instances.list[one[1]].inside, 2);
	assert_int_equal(instances.list[one[1]].entry, 0x1000 + WORK);
	assert_int_equal(instances.list[one[0]].low, 0x1000 + WORK + 8);
	assert_int_equal(instances.list[one[0]].high, 0x1000 + WORK + 24);
	go_index_free(index);
	instances_release(&instances);
	elf_end(elf);
	free(copy);
}

/* Ask for all that a file says. */
static void ask(const uint8_t *bytes, size_t count)
{
	struct instances instances = { .count = 0 };
	struct go_index *index;
	uint64_t address;
	char *copy;
	Elf *elf = open_bytes(bytes, count, &copy);

	index = elf ? go_index_new(elf, &instances, 0) : NULL;
	for (address = GO_FILE_TEXT; index && address < GO_FILE_TEXT_END; address += 4)
		said(index, address);
	go_index_free(index);
	instances_release(&instances);
	elf_end(elf);
	free(copy);
}

/* Each byte of the tables replaced, and the file cut at each byte. */
static void believes_nothing(void **state)
{
	static const uint8_t values[] = { 0x00, 0x01, 0x7f, 0x80, 0xff };
	uint8_t file[GO_FILE_BYTES], before;
	int layout;
	size_t i, j;

	(void)state;
	for (layout = GO_FILE_1_16; layout <= GO_FILE_1_20; layout++) {
		go_file_make(file, (enum go_file_layout)layout);
		for (i = 0; i < sizeof(file); i++) {
			if (i >= 0x600 && i < 0x1200)
				continue; /* nothing is there */
			before = file[i];
			for (j = 0; j < sizeof(values); j++) {
				file[i] = values[j];
				ask(file, sizeof(file));
			}
			file[i] = before;
		}
		for (i = 64; i < sizeof(file); i += 3)
			ask(file, i);
	}
}

/* A call that is inlined into itself. */
static void stops_at_a_cycle(void **state)
{
	struct instances instances = { .count = 0 };
	uint8_t file[GO_FILE_BYTES];
	struct go_index *index;
	uint32_t site = 0x0c;
	char *copy;
	Elf *elf;

	(void)state;
	go_file_make(file, GO_FILE_1_20);
	memcpy(file + 0x1400 + 16 + 8, &site, sizeof(site)); /* leaf is called in leaf */
	elf = open_bytes(file, sizeof(file), &copy);
	index = go_index_new(elf, &instances, 0);
	assert_non_null(index);
	assert_string_equal(said(index, WORK + 12), "main.(*T).Work /src/map.go:41");
	assert_string_equal(said(index, WORK + 8), "main.Map[...] /src/map.go:31 < "
	                                           "main.(*T).Work /src/work.go:21");
	go_index_free(index);
	instances_release(&instances);
	elf_end(elf);
	free(copy);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_what_is_at_an_address),
		cmocka_unit_test(tells_instances_apart),
		cmocka_unit_test(believes_nothing),
		cmocka_unit_test(stops_at_a_cycle),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
