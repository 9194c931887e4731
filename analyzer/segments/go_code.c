/* segments/go_code.c - recognizes instructions of x86-64 that name a variable. */
#include "segments/go_code.h"

#include <string.h>

#define REX 0x48
#define LOAD 0x8b    /* mov variable, register */
#define STORE 0x89   /* mov register, variable */
#define ADDRESS 0x8d /* lea variable, register */
#define EXCHANGE 0x87
#define MULTIPLY 0x69
#define BYTES 7 /* of each of these instructions */
#define NEAR 64 /* bytes between instructions that belong together */
#define STATS_MIN \
	1024 /* of a copy of the statistics of the heap; 1168 to 1176 are known */
#define STATS_MAX 4096
#define THREAD_MAX 4096 /* of runtime.m; 1.9 KiB is known */

const char *go_code_name(enum go_function_name name)
{
	static const char *const names[GO_FUNCTIONS] = {
		[GO_FREE_SPAN] = "runtime.(*mheap).freeSpanLocked",
		[GO_ACQUIRE] = "runtime.(*consistentHeapStats).acquire",
		[GO_ADD] = "runtime.allgadd",
		[GO_INIT] = "runtime.mcommoninit",
		[GO_MAIN] = "runtime.main",
	};

	return names[name];
}

/*
 * The variable that an instruction at `at` names relative to its own address, if it is this
 * instruction; 0: it is another.
 */
static uint64_t variable_at(const struct go_code *code, size_t at, uint8_t instruction)
{
	const uint8_t *bytes = code->bytes + at;
	int32_t distance;

	if (at + BYTES > code->count || (bytes[0] & ~4) != REX || bytes[1] != instruction ||
	    (bytes[2] & 0xc7) != 5)
		return 0;
	memcpy(&distance, bytes + 3, sizeof(distance));
	return code->address + at + BYTES + (uint64_t)(int64_t)distance;
}

/* Find the next such instruction from *at on. Returns its variable, and in *at where it ends. */
static uint64_t variable_next(const struct go_code *code, size_t *at, size_t end,
                              uint8_t instruction)
{
	uint64_t variable;

	end = end < code->count ? end : code->count;
	for (; *at < end; ++*at) {
		variable = variable_at(code, *at, instruction);
		if (variable) {
			*at += BYTES;
			return variable;
		}
	}
	return 0;
}

/*
 * freeSpanLocked clears the span's bit in its arena: it loads the table of arenas, the only
 * variable that it loads.
 */
static void arenas_find(struct go_variables *variables, const struct go_code *code)
{
	size_t at = 0;

	if (code->bytes)
		variables->arenas = variable_next(code, &at, code->count, LOAD);
}

/*
 * freeSpanLocked adds to gcController.heapFree, subtracts from heapInUse, which is 16 bytes
 * before it, and then acquires memstats.heapStats. It passes the address of each.
 */
static void counters_find(struct go_variables *variables, const struct go_code *code)
{
	uint64_t free, in_use;
	size_t at = 0;

	if (!code->bytes)
		return;
	free = variable_next(code, &at, code->count, ADDRESS);
	in_use = variable_next(code, &at, code->count, ADDRESS);
	if (!free || in_use + 16 != free)
		return;
	variables->heap_in_use = in_use;
	variables->heap_stats = variable_next(code, &at, code->count, ADDRESS);
}

/* acquire multiplies the number of a copy by the size of one. */
static void stats_find(struct go_variables *variables, const struct go_code *code)
{
	uint32_t bytes;

	for (size_t at = 0; code->bytes && at + BYTES <= code->count; at++) {
		if (code->bytes[at] != REX || code->bytes[at + 1] != MULTIPLY ||
		    code->bytes[at + 2] < 0xc0)
			continue;
		memcpy(&bytes, code->bytes + at + 3, sizeof(bytes));
		if (bytes >= STATS_MIN && bytes <= STATS_MAX && bytes % 8 == 0)
			variables->stats_bytes = bytes;
	}
}

/*
 * allgadd ends with atomic.Storeuintptr(&allglen, uintptr(len(allgs))): it loads the second
 * word of the slice, and exchanges it with a variable.
 */
static void goroutines_find(struct go_variables *variables, const struct go_code *code)
{
	uint64_t length;
	size_t at = 0;

	while (code->bytes && (length = variable_next(code, &at, code->count, LOAD))) {
		if (variable_at(code, at, ADDRESS) && at + BYTES + 3 <= code->count &&
		    (code->bytes[at + BYTES] & ~5) == REX &&
		    code->bytes[at + BYTES + 1] == EXCHANGE)
			variables->goroutines = length - 8;
	}
}

/*
 * mcommoninit puts the new thread first in the list of all: it loads allm, stores it in the
 * thread's alllink, and takes the address of allm.
 */
static void threads_find(struct go_variables *variables, const struct go_code *code)
{
	const uint8_t *bytes = code->bytes;
	uint64_t first;
	size_t at = 0, next, store;
	uint32_t link;

	while (bytes && (first = variable_next(code, &at, code->count, LOAD))) {
		for (store = at; store + BYTES <= code->count && store < at + NEAR; store++) {
			/* mov register, offset(other register) */
			if ((bytes[store] & ~5) != REX || bytes[store + 1] != STORE ||
			    (bytes[store + 2] & 0xc0) != 0x80 || (bytes[store + 2] & 7) == 4)
				continue;
			memcpy(&link, bytes + store + 3, sizeof(link));
			next = store + BYTES;
			if (link % 8 || link > THREAD_MAX ||
			    variable_next(code, &next, store + NEAR, ADDRESS) != first)
				continue;
			variables->threads = first;
			variables->thread_next = link;
			return;
		}
	}
}

void go_code_read(struct go_variables *variables,
                  const struct go_code codes[GO_FUNCTIONS])
{
	*variables = (struct go_variables){ .main = codes[GO_MAIN].address };
	arenas_find(variables, &codes[GO_FREE_SPAN]);
	counters_find(variables, &codes[GO_FREE_SPAN]);
	stats_find(variables, &codes[GO_ACQUIRE]);
	goroutines_find(variables, &codes[GO_ADD]);
	threads_find(variables, &codes[GO_INIT]);
}
