/*
 * test_maps.c - what the kernel writes of a process that maps and unmaps while it is
 * read: each address once.
 */
#include "process/maps.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

static void take(struct process_maps *maps, const char *text)
{
	int file = memfd_create("smaps", MFD_CLOEXEC);

	assert_true(file >= 0);
	assert_int_equal(write(file, text, strlen(text)), strlen(text));
	assert_int_equal(lseek(file, 0, SEEK_SET), 0);
	assert_int_equal(process_maps_take(maps, file), 0);
	close(file);
}

static void assert_mapping(const struct process_maps *maps, size_t i, uint64_t start,
                           uint64_t end, const char *name, uint64_t rss_kib)
{
	assert_true(i < maps->count);
	assert_int_equal(maps->mappings[i].start, start);
	assert_int_equal(maps->mappings[i].end, end);
	assert_string_equal(maps->mappings[i].name, name);
	assert_int_equal(maps->mappings[i].use.size, end - start);
	assert_int_equal(maps->mappings[i].use.rss, rss_kib << 10);
}

static void takes_what_does_not_change(void **state)
{
	struct process_maps maps = { .pid = 0 };

	(void)state;
	take(&maps, "1000-3000 r-xp 00000000 fe:00 7    /a\nRss:                   4 kB\n"
	            "3000-4000 rw-p 00002000 fe:00 7    /a\nRss:                   0 kB\n"
	            "8000-9000 rw-p 00000000 00:00 0\nRss:                   4 kB\n");
	assert_int_equal(maps.count, 3);
	assert_mapping(&maps, 0, 0x1000, 0x3000, "/a", 4);
	assert_mapping(&maps, 1, 0x3000, 0x4000, "/a", 0);
	assert_mapping(&maps, 2, 0x8000, 0x9000, "", 4);
	assert_int_equal(maps.total.size, 0x4000);
	assert_int_equal(maps.total.rss, 8 << 10);
	process_maps_release(&maps);
}

/* The last one of a page of text has grown at its end: the next page begins with it again. */
static void one_that_grew_is_once(void **state)
{
	struct process_maps maps = { .pid = 0 };

	(void)state;
	take(&maps, "1000-2000 rw-p 00000000 00:00 0\nRss:                   4 kB\n"
	            "5000-6000 rw-p 00000000 00:00 0    [a]\nRss:                   4 kB\n"
	            "5000-9000 rw-p 00000000 00:00 0    [b]\nRss:                  12 kB\n"
	            "9000-a000 r--p 00000000 00:00 0\nRss:                   0 kB\n");
	assert_int_equal(maps.count, 3);
	assert_mapping(&maps, 0, 0x1000, 0x2000, "", 4);
	assert_mapping(&maps, 1, 0x5000, 0x9000, "[b]", 12);
	assert_mapping(&maps, 2, 0x9000, 0xa000, "", 0);
	assert_int_equal(maps.total.size, 0x6000);
	assert_int_equal(maps.total.rss, 16 << 10);
	process_maps_release(&maps);
}

/* It was joined with what lies below it, which is there already, in two mappings. */
static void one_that_was_joined_downwards_is_once(void **state)
{
	struct process_maps maps = { .pid = 0 };

	(void)state;
	take(&maps, "1000-2000 rw-p 00000000 00:00 0\nRss:                   4 kB\n"
	            "4000-5000 r--p 00000000 00:00 0\nRss:                   0 kB\n"
	            "5000-6000 rw-p 00000000 00:00 0\nRss:                   4 kB\n"
	            "4000-9000 rw-p 00000000 00:00 0\nRss:                   8 kB\n");
	assert_int_equal(maps.count, 2);
	assert_mapping(&maps, 0, 0x1000, 0x2000, "", 4);
	assert_mapping(&maps, 1, 0x4000, 0x9000, "", 8);
	assert_int_equal(maps.total.size, 0x6000);
	process_maps_release(&maps);
}

/* The last one is gone, and another lies where its end was. */
static void one_that_took_its_place_is_there(void **state)
{
	struct process_maps maps = { .pid = 0 };

	(void)state;
	take(&maps,
	     "4000-8000 rw-p 00000000 00:00 0    [a]\nRss:                  16 kB\n"
	     "6000-9000 rw-p 00000000 00:00 0    [b]\nRss:                   0 kB\n");
	assert_int_equal(maps.count, 1);
	assert_mapping(&maps, 0, 0x6000, 0x9000, "[b]", 0);
	assert_int_equal(maps.total.rss, 0);
	process_maps_release(&maps);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_what_does_not_change),
		cmocka_unit_test(one_that_grew_is_once),
		cmocka_unit_test(one_that_was_joined_downwards_is_once),
		cmocka_unit_test(one_that_took_its_place_is_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
