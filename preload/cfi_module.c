/*
 * cfi_module.c - the loaded object that an address belongs to. Layer 3.
 */
#include <dlfcn.h>

#include <link.h>
#include <stddef.h>

#include "cfi.h"

/* glibc 2.35; weak, so that the preload also loads where it is missing. */
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

/* Before glibc 2.35 there is only the list under the loader's lock. */
static bool module_find_listed(uintptr_t address, struct cfi_module *module)
{
	static int (*iterate)(int (*)(struct dl_phdr_info *, size_t, void *), void *);
	struct search search = { address, module };

	if (!iterate)
		*(void **)&iterate = dlsym(RTLD_NEXT, "dl_iterate_phdr");
	return iterate && iterate(search_object, &search) == 1;
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
	return true;
}
