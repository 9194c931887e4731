/*
 * test_go_arenas.c - the table of arenas of a Go runtime, here made in our own memory: memory
 * that resembles one is not taken for it.
 */
#include "segments/go_arenas.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#define ARENA (UINT64_C(64) << 20)
#define TABLE (UINT64_C(32) << 20)
#define ARENAS 3

static uint64_t variables[4];

static uint64_t *reserve(uint64_t bytes)
{
	void *at = mmap(NULL, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
	                -1, 0);

	assert_ptr_not_equal(at, MAP_FAILED);
	return at;
}

/* Plain memory with inaccessible pages around it, so that it is a mapping of its own. */
static uint64_t *plain(uint64_t bytes)
{
	uint64_t *at = reserve(bytes + 8192) + 512;

	assert_int_equal(mprotect(at, bytes, PROT_READ | PROT_WRITE), 0);
	return at;
}

static void arena_enter(uint64_t *table, uint64_t arena, const uint64_t *description)
{
	table[(arena + (UINT64_C(1) << 47)) >> 26] = (uint64_t)(uintptr_t)description;
}

static void the_table_with_most_arenas_is_found(void **state)
{
	struct process_maps maps = { .count = 0 };
	struct process_memory memory = process_memory_open(getpid());
	uint64_t *false_table = plain(TABLE), *table = plain(TABLE),
			 *descriptions = plain(8192);
	uint64_t first = ((uint64_t)(uintptr_t)reserve((ARENAS + 2) * ARENA) + ARENA) /
	                 ARENA * ARENA;
	struct go_arenas arenas = { NULL, 0, 0 };
	struct error error;
	uint64_t from = (uint64_t)(uintptr_t)variables, found;
	size_t i;

	(void)state;
	for (i = 0; i < ARENAS; i++) {
		assert_int_equal(mprotect((void *)(uintptr_t)(first + i * ARENA), ARENA / 2,
		                          PROT_READ | PROT_WRITE),
		                 0);
		arena_enter(table, first + i * ARENA, descriptions + i);
	}
	arena_enter(false_table, first, descriptions + 9);
	variables[1] = (uint64_t)(uintptr_t)false_table;
	variables[2] = (uint64_t)(uintptr_t)table;
	assert_int_equal(process_maps_read(&maps, getpid(), &error), 0);
	found = go_arenas_find(&memory, &maps, from, from + sizeof(variables));
	assert_int_equal(found, from + 2 * sizeof(variables[0]));
	assert_int_equal(go_arenas_table(&memory, &maps, found), variables[2]);
	assert_int_equal(go_arenas_list(&arenas, variables[2], &memory, &maps), 0);
	assert_int_equal(arenas.count, ARENAS);
	for (i = 0; i < arenas.count; i++) {
		assert_int_equal(arenas.arenas[i].start, first + i * ARENA);
		assert_int_equal(arenas.arenas[i].description,
		                 (uint64_t)(uintptr_t)(descriptions + i));
	}
	free(arenas.arenas);
	process_maps_release(&maps);
	process_memory_close(&memory);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(
		the_table_with_most_arenas_is_found) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
