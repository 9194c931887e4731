/* modules/go_finder.c - find the modules that Go built. */
#include "modules/go_finder.h"

#include <elf.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>

#include "go/heap.h"
#include "go/runtime.h"
#include "modules/cfi.h"
#include "modules/dynamic_symbols.h"
#include "modules/frame_rule.h"
#include "ring/ring.h"
#include "system/system.h"

#define NOTE_NAME "Go\0" /* with its NUL, four bytes */
#define CHECKED_MAX 64

static _Atomic bool is_busy;
/* The last modules that were checked. */
static struct checked {
	const void *link_map;
	uintptr_t start;
} checked[CHECKED_MAX];
static uint32_t checked_count;

static bool is_go_note(uintptr_t at, uintptr_t size_bytes)
{
	while (size_bytes >= sizeof(ElfW(Nhdr))) {
		const ElfW(Nhdr) *note = (const ElfW(Nhdr) *)at;
		uintptr_t next = sizeof(*note) + ((note->n_namesz + 3) & ~(uintptr_t)3) +
		                 ((note->n_descsz + 3) & ~(uintptr_t)3);

		if (next > size_bytes)
			return false;
		if (note->n_namesz == sizeof(NOTE_NAME) &&
		    memcmp(note + 1, NOTE_NAME, sizeof(NOTE_NAME)) == 0)
			return true;
		at += next;
		size_bytes -= next;
	}
	return false;
}

/* Whether Go's linker has left its record, as it does unless it has no build-id. */
static bool has_go_note(const struct cfi_module *module)
{
	const ElfW(Ehdr) *elf = (const ElfW(Ehdr) *)module->start;
	const ElfW(Phdr) *segments = (const ElfW(Phdr) *)(module->start + elf->e_phoff);
	uintptr_t bias = 0;
	bool has_bias = false;

	if (memcmp(elf->e_ident, ELFMAG, SELFMAG) != 0 ||
	    elf->e_phentsize != sizeof(*segments) ||
	    elf->e_phoff + elf->e_phnum * sizeof(*segments) > ARCH_PAGE_BYTES)
		return false;
	for (int i = 0; i < elf->e_phnum; i++) {
		if (segments[i].p_type == PT_LOAD && !has_bias) {
			bias = module->start -
			       (segments[i].p_vaddr & ~(uintptr_t)(ARCH_PAGE_BYTES - 1));
			has_bias = true;
		}
	}
	for (int i = 0; i < elf->e_phnum; i++) {
		uintptr_t at = bias + segments[i].p_vaddr;

		if (segments[i].p_type == PT_NOTE && at >= module->start && at < module->end &&
		    segments[i].p_memsz <= module->end - at &&
		    is_go_note(at, segments[i].p_memsz))
			return true;
	}
	return false;
}

static bool is_go(const struct cfi_module *module)
{
	const struct link_map *map = module->link_map;
	struct dynamic_symbols dynamic;

	return has_go_note(module) || (map && dynamic_symbols_read(map, &dynamic) &&
	                               dynamic_symbols_find(&dynamic, "_cgo_topofstack"));
}

static bool was_checked(const struct cfi_module *module)
{
	for (uint32_t i = 0; i < CHECKED_MAX; i++) {
		if (checked[i].link_map == module->link_map &&
		    checked[i].start == module->start)
			return true;
	}
	return false;
}

/* Call with is_busy. */
static void module_check(const struct cfi_module *module)
{
	if (was_checked(module))
		return;
	checked[checked_count++ % CHECKED_MAX] = (struct checked){ module->link_map,
		                                                       module->start };
	if (!is_go(module))
		return;
	if (module->link_map == _r_debug.r_map)
		ring_set_flag(RING_GO);
	if (!go_runtime_add(module->start, module->end)) {
		ring_set_flag(RING_GO_UNKNOWN);
		return;
	}
	frame_rule_flush(); /* its frames may have been met, and were unknown */
	go_heap_switch_on(
		&go_runtimes[atomic_load_explicit(&go_runtime_count, memory_order_relaxed) -
	                 1]);
}

void go_finder_check_at(uintptr_t address)
{
	bool expected = false;
	struct cfi_module module;

	if (!cfi_module_find(address, &module) ||
	    !atomic_compare_exchange_strong(&is_busy, &expected, true))
		return;
	module_check(&module);
	atomic_store_explicit(&is_busy, false, memory_order_release);
}

void go_finder_check(const struct link_map *map)
{
	if (system_is_surely_readable(&map->l_ld) && map->l_ld)
		go_finder_check_at((uintptr_t)map->l_ld);
}

bool go_finder_start(void)
{
	bool is_program = false;

	for (const struct link_map *map = _r_debug.r_map; map; map = map->l_next) {
		go_finder_check(map);
		if (map == _r_debug.r_map)
			is_program = atomic_load(&go_runtime_count) == 1;
	}
	return is_program;
}
