/*
 * modules/cfi_module.c - find the loaded object that contains an address.
 */
#include <dlfcn.h>
#include <link.h>
#include <stddef.h>
#include <string.h>
#include <sys/auxv.h>

#include "arch.h"
#include "modules/cfi.h"
#include "modules/loaded_objects.h"

/* New in glibc 2.35. Weak, so that the library also loads with older releases. */
extern int _dl_find_object(void *, struct dl_find_object *) __attribute__((weak));

struct search {
	uintptr_t address;
	struct cfi_module *module;
};

static int search_object(struct dl_phdr_info *info, size_t size, void *context)
{
	struct search *search = context;
	uintptr_t start = UINTPTR_MAX, end = 0;
	const uint8_t *frame_table = NULL;

	(void)size;
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *segment = &info->dlpi_phdr[i];
		uintptr_t address = info->dlpi_addr + segment->p_vaddr;

		if (segment->p_type == PT_LOAD) {
			start = address < start ? address : start;
			end = address + segment->p_memsz > end ? address + segment->p_memsz : end;
		} else if (segment->p_type == PT_GNU_EH_FRAME) {
			frame_table = (const uint8_t *)address;
		}
	}
	if (search->address < start || search->address >= end)
		return 0;
	*search->module = (struct cfi_module){ start, end, frame_table, NULL };
	return 1;
}

static void *list_function(void)
{
	struct loaded_function found;

	return loaded_real_anywhere("dl_iterate_phdr", &found) ? (void *)found.address
	                                                       : NULL;
}

/* Before glibc 2.35, the only way is the list of objects, under the loader's lock. */
static bool module_find_listed(uintptr_t address, struct cfi_module *module)
{
	static int (*iterate)(int (*)(struct dl_phdr_info *, size_t, void *), void *);
	struct search search = { address, module };

	if (!iterate)
		*(void **)&iterate = list_function();
	return iterate && iterate(search_object, &search) == 1;
}

/*
 * Find the bounds of the whole program. The kernel maps it segment by segment. If there are
 * gaps between segments (they are aligned to more than a page), glibc returns one segment as
 * the object's mapping (elf/dl-find_object.c, _dlfo_process_initial). The program headers have
 * all segments, and stay mapped as long as the process lives.
 */
static void program_bounds_read(struct cfi_module *module)
{
	const struct link_map *map = module->link_map;
	const ElfW(Phdr) *segments = (const ElfW(Phdr) *)getauxval(AT_PHDR);
	size_t count = getauxval(AT_PHNUM);
	uintptr_t start = UINTPTR_MAX, end = 0;

	for (size_t i = 0; segments && i < count; i++) {
		uintptr_t address = map->l_addr + segments[i].p_vaddr;

		if (segments[i].p_type != PT_LOAD)
			continue;
		start = address < start ? address : start;
		end = address + segments[i].p_memsz > end ? address + segments[i].p_memsz : end;
	}
	start &= ~(uintptr_t)(ARCH_PAGE_BYTES - 1);
	if (start > module->start || end < module->end)
		return; /* headers of another object: keep glibc's bounds */
	module->start = start;
	module->end = end;
}

bool cfi_module_find(uintptr_t address, struct cfi_module *module)
{
	struct dl_find_object found;

	if (!_dl_find_object)
		return module_find_listed(address, module);
	if (_dl_find_object((void *)address, &found) != 0)
		return false;
	module->start = (uintptr_t)found.dlfo_map_start;
	module->end = (uintptr_t)found.dlfo_map_end;
	module->frame_table = found.dlfo_eh_frame;
	module->link_map = found.dlfo_link_map;
	if (module->link_map == _r_debug.r_map)
		program_bounds_read(module);
	return true;
}

bool cfi_is_loader(uintptr_t address)
{
	struct cfi_module module;

	return cfi_module_find(_r_debug.r_ldbase, &module) && address >= module.start &&
	       address < module.end;
}

const uint8_t *cfi_module_code_end(const struct cfi_module *module, uintptr_t address)
{
	const ElfW(Ehdr) *elf = (const ElfW(Ehdr) *)module->start;
	const ElfW(Phdr) *segments = (const ElfW(Phdr) *)(module->start + elf->e_phoff);
	uintptr_t bias = UINTPTR_MAX;

	if (memcmp(elf->e_ident, ELFMAG, SELFMAG) != 0 ||
	    elf->e_phentsize != sizeof(*segments) ||
	    elf->e_phoff + elf->e_phnum * sizeof(*segments) > ARCH_PAGE_BYTES)
		return NULL;
	for (int i = 0; i < elf->e_phnum; i++) {
		const ElfW(Phdr) *segment = &segments[i];

		if (segment->p_type != PT_LOAD)
			continue;
		/* The first segment is the one at the start of the mapping. */
		if (bias == UINTPTR_MAX)
			bias = module->start - (segment->p_vaddr & ~UINT64_C(4095));
		if (segment->p_flags & PF_X && segment->p_flags & PF_R &&
		    address - (bias + segment->p_vaddr) < segment->p_filesz)
			return (const uint8_t *)bias + segment->p_vaddr + segment->p_filesz;
	}
	return NULL;
}
