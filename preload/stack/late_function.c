/*
 * stack/late_function.c - find the functions once, at the start or when a plugin first calls
 * one.
 */
#include "stack/late_function.h"

#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>

#include "modules/cfi.h"
#include "modules/loaded_objects.h"
#include "modules/real.h"
#include "stack/stub_pool.h"
#include "system/system.h"

static const char *const names[LATE_COUNT] = {
#define HOOK_LATE(family, type, name, parameters) [LATE_##name] = #name,
#include "modules/hook_list.h"
	[LATE__Unwind_GetIP] = "_Unwind_GetIP",
};

/* ---- of the start -------------------------------------------------------------------- */

static _Atomic bool first_are_found;
static uintptr_t first[LATE_COUNT]; /* in objects loaded at the start; 0: in none */

/* Another thread that does this at the same time writes the same values. */
static void first_find(void)
{
	for (int i = 0; i < LATE_COUNT; i++) {
		struct loaded_function found = { 0 };

		if (loaded_real(names[i], &found))
			first[i] = found.address;
	}
	atomic_store_explicit(&first_are_found, true, memory_order_release);
}

/*
 * Before the program can unload anything. Later the loader's list may change while it is read.
 */
static __attribute__((constructor)) void functions_begin(void)
{
	real_resolve();
	first_find();
}

/* ---- of plugins ---------------------------------------------------------------------- */

/*
 * The last function found for each name. One thread at a time writes, others read without
 * waiting.
 */
struct late_entry {
	_Atomic uint32_t changes; /* odd: being written */
	_Atomic uintptr_t caller; /* link map of the calling module */
	_Atomic uintptr_t start;  /* start of that module */
	_Atomic uintptr_t address;
};
static struct late_entry entries[LATE_COUNT];

static uintptr_t entry_read(struct late_entry *entry, const struct cfi_module *module)
{
	uint32_t changes = atomic_load_explicit(&entry->changes, memory_order_acquire);
	uintptr_t caller = atomic_load_explicit(&entry->caller, memory_order_relaxed);
	uintptr_t start = atomic_load_explicit(&entry->start, memory_order_relaxed);
	uintptr_t address = atomic_load_explicit(&entry->address, memory_order_relaxed);

	atomic_thread_fence(memory_order_acquire);
	if (changes & 1 ||
	    atomic_load_explicit(&entry->changes, memory_order_relaxed) != changes ||
	    caller != (uintptr_t)module->link_map || start != module->start)
		return 0;
	return address;
}

static void entry_write(struct late_entry *entry, const struct cfi_module *module,
                        uintptr_t address)
{
	uint32_t changes = atomic_load_explicit(&entry->changes, memory_order_relaxed);

	if (changes & 1 ||
	    !atomic_compare_exchange_strong(&entry->changes, &changes, changes + 1))
		return;
	atomic_store_explicit(&entry->caller, (uintptr_t)module->link_map,
	                      memory_order_relaxed);
	atomic_store_explicit(&entry->start, module->start, memory_order_relaxed);
	atomic_store_explicit(&entry->address, address, memory_order_relaxed);
	atomic_store_explicit(&entry->changes, changes + 2, memory_order_release);
}

/* The caller's module stays loaded during the call, and so do the objects that it needs. */
static uintptr_t plugin_find(enum late_name name, uintptr_t return_address)
{
	struct cfi_module module;
	struct loaded_function found;
	uintptr_t address;

	if (!cfi_module_find(return_address, &module) || !module.link_map)
		return 0;
	address = entry_read(&entries[name], &module);
	if (address)
		return address;
	if (!loaded_needed(module.link_map, names[name], &found))
		return 0;
	entry_write(&entries[name], &module, found.address);
	return found.address;
}

/*
 * A plugin that was not linked with the function found it in an object that was opened with
 * RTLD_GLOBAL. Such an object could be unloaded while the list is read; both are rare.
 */
static uintptr_t global_find(enum late_name name)
{
	struct loaded_function found;

	return loaded_real_anywhere(names[name], &found) ? found.address : 0;
}

uintptr_t late_function_find(enum late_name name, uintptr_t return_address)
{
	uintptr_t address;

	if (unlikely(!atomic_load_explicit(&first_are_found, memory_order_acquire)))
		first_find();
	address = first[name];
	if (likely(address != 0))
		return address;
	if (stub_is(return_address)) /* called by a jump */
		return_address = outlive_stub_entries[stub_of(return_address)].return_address;
	address = plugin_find(name, return_address);
	return address ? address : global_find(name);
}

void *late_function(enum late_name name, uintptr_t return_address)
{
	uintptr_t address = late_function_find(name, return_address);

	if (unlikely(!address))
		abort(); /* impossible: the caller was linked with it */
	return (void *)address;
}

void late_functions_forget(void)
{
	static const struct cfi_module none;

	for (int i = 0; i < LATE_COUNT; i++)
		entry_write(&entries[i], &none, 0);
}
