/* go/arenas.c - the address ranges of Go's heaps. */
#include "go/arenas.h"

#include <stdatomic.h>

#include "go/runtime.h"

/* A heap that grows extends its range, as long as it finds the next addresses free. */
#define RANGES_MAX 256

/* Written once: the start first. End 0: not complete. Go never unmaps an arena. */
static struct range {
	_Atomic uintptr_t start, end;
} ranges[RANGES_MAX];

static bool range_extend(uintptr_t address, size_t size_bytes)
{
	for (int i = 0; i < RANGES_MAX && atomic_load(&ranges[i].start); i++) {
		uintptr_t end = address;

		if (atomic_compare_exchange_strong(&ranges[i].end, &end, address + size_bytes))
			return true;
	}
	return false;
}

void go_arenas_note(uintptr_t caller, uintptr_t address, size_t size_bytes)
{
	if (!go_runtime_is_module(caller) || range_extend(address, size_bytes))
		return;
	for (int i = 0; i < RANGES_MAX; i++) {
		uintptr_t none = 0;

		if (atomic_compare_exchange_strong(&ranges[i].start, &none, address)) {
			atomic_store(&ranges[i].end, address + size_bytes);
			return;
		}
	}
}

bool go_arenas_hold(uintptr_t start, uintptr_t end)
{
	uintptr_t held = 0;

	for (int i = 0; i < RANGES_MAX && atomic_load(&ranges[i].start); i++) {
		uintptr_t high = atomic_load(&ranges[i].end);
		uintptr_t low = atomic_load(&ranges[i].start);

		low = low > start ? low : start;
		high = high < end ? high : end;
		held += high > low ? high - low : 0;
	}
	return held > (end - start) / 2;
}
