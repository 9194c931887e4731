/*
 * modules/map.c - records module definitions. One writer at a time.
 *
 * A module is recorded when the first address in it is met on a stack, not when it is loaded:
 * this needs no lock of the loader and no hook in dlopen. `time` in the definition is the time
 * from which addresses in its range belong to it: 0, or when a module was last unloaded.
 */
#include "modules/map.h"

#include <elf.h>
#include <link.h>
#include <stdatomic.h>
#include <sys/auxv.h>

#include "record_format.h"
#include "system/clock.h"
#include "ring/definitions.h"
#include "system/mapping_name.h"
#include "modules/offer.h"
#include "ring/ring.h"
#include "system/system.h"

#define MODULES_MAX 4096
#define PATH_BYTES_MAX 4096

struct known_module {
	uintptr_t start, end;
	const void *link_map;
	enum module_unwinder unwinder;
	bool gone;
};

static struct known_module known[MODULES_MAX];
static _Atomic uint32_t known_count;
static uint64_t last_gone; /* quanta; 0: no module was unloaded yet */

/* ---- what the ELF image in memory says ----------------------------------------- */

static void build_id_read(struct module_definition *definition, uintptr_t start,
                          uintptr_t size_bytes)
{
	while (size_bytes >= sizeof(ElfW(Nhdr))) {
		const ElfW(Nhdr) *note = (const ElfW(Nhdr) *)start;
		uintptr_t name = sizeof(*note);
		uintptr_t content = name + ((note->n_namesz + 3) & ~(uintptr_t)3);
		uintptr_t next = content + ((note->n_descsz + 3) & ~(uintptr_t)3);

		if (next > size_bytes)
			return;
		if (note->n_type == NT_GNU_BUILD_ID && note->n_namesz == 4 &&
		    memcmp((const char *)start + name, "GNU", 4) == 0 &&
		    note->n_descsz <= BUILD_ID_BYTES_MAX) {
			definition->build_id_bytes = (uint8_t)note->n_descsz;
			memcpy(definition->build_id, (const char *)start + content, note->n_descsz);
			return;
		}
		start += next;
		size_bytes -= next;
	}
}

/*
 * Read the ELF header at the start of the mapping. Program headers beyond its first page are not
 * read: that page is certainly mapped, while others need not be.
 */
static bool segments_read(struct module_definition *definition,
                          const struct cfi_module *module)
{
	const ElfW(Ehdr) *elf = (const ElfW(Ehdr) *)module->start;
	const ElfW(Phdr) * segments;

	if (memcmp(elf->e_ident, ELFMAG, SELFMAG) != 0 ||
	    elf->e_phentsize != sizeof(*segments) ||
	    elf->e_phoff + elf->e_phnum * sizeof(*segments) > ARCH_PAGE_BYTES)
		return false;
	segments = (const ElfW(Phdr) *)(module->start + elf->e_phoff);
	definition->bias = UINT64_MAX;
	for (int i = 0; i < elf->e_phnum; i++) {
		uintptr_t address = segments[i].p_vaddr;
		uint8_t index = definition->segment_count;

		if (segments[i].p_type != PT_LOAD || index == MODULE_SEGMENTS_MAX)
			continue;
		/* The first PT_LOAD is the one at the start of the mapping. */
		if (definition->bias == UINT64_MAX)
			definition->bias = module->start - (address & ~UINT64_C(4095));
		definition->segments[index].start = definition->bias + address;
		definition->segments[index].end = definition->bias + address +
		                                  segments[i].p_memsz;
		definition->segments[index].flags = segments[i].p_flags;
		definition->segment_count++;
	}
	for (int i = 0; i < elf->e_phnum && !definition->build_id_bytes; i++) {
		uintptr_t address = definition->bias + segments[i].p_vaddr;

		if (segments[i].p_type == PT_NOTE && address >= module->start &&
		    address < module->end && segments[i].p_memsz <= module->end - address)
			build_id_read(definition, address, segments[i].p_memsz);
	}
	return definition->bias != UINT64_MAX;
}

static uint16_t path_read(char *path, const struct cfi_module *module)
{
	const struct link_map *map = module->link_map;
	const char *name = map ? map->l_name : "";
	long count = 0;

	if (!*name) { /* the program itself */
		/*
		 * "ld.so ./program": the kernel started the loader, which loaded the program.
		 */
		if (!getauxval(AT_BASE))
			count = (long)mapping_name_find(module->start, path, PATH_BYTES_MAX);
		if (count > 0 && *path == '/')
			return (uint16_t)count;
		count = system_readlink("/proc/self/exe", path, PATH_BYTES_MAX);
		if (count > 0)
			return (uint16_t)count;
		name = ring.header->executable; /* /proc is out of reach (chroot) */
	}
	count = 0;
	if (*name &&
	    *name != '/') { /* a relative path: relative to the directory at that time */
		count = system_working_directory(path, PATH_BYTES_MAX - 1);
		if (count > 0)
			path[count++] = '/';
		else
			count = 0;
	}
	while (*name && count < PATH_BYTES_MAX)
		path[count++] = *name++;
	return (uint16_t)count;
}

static bool module_write(const struct cfi_module *module, uint64_t since)
{
	static char path[PATH_BYTES_MAX + 1]; /* one writer at a time */
	uint16_t path_bytes = path_read(path, module);
	uint32_t size_bytes = (uint32_t)(sizeof(struct module_definition) + path_bytes +
	                                 7) &
	                      ~7u;
	struct module_definition *definition = definition_reserve(size_bytes);

	if (!definition)
		return false;
	memset(definition, 0, size_bytes);
	definition->header.kind = DEFINITION_MODULE;
	definition->header.bytes = (uint16_t)size_bytes;
	definition->header.time = since;
	definition->start = module->start;
	definition->end = module->end;
	definition->path_bytes = path_bytes;
	if (!segments_read(definition, module))
		definition->bias = module->start;
	memcpy(definition + 1, path, path_bytes);
	definition_commit(size_bytes);
	path[path_bytes] = '\0';
	module_offer_met(path);
	return true;
}

static bool gone_write(struct known_module *module, uint64_t time)
{
	struct module_gone_definition *definition = definition_reserve(sizeof(*definition));

	if (!definition)
		return false;
	*definition = (struct module_gone_definition){
		.header = { DEFINITION_MODULE_GONE, sizeof(*definition), 0, time },
		.start = module->start,
		.end = module->end,
	};
	definition_commit(sizeof(*definition));
	module->gone = true;
	recorder.modules_have_changed = true;
	last_gone = time;
	return true;
}

/* ---- the table ----------------------------------------------------------------- */

static bool is_known(const struct cfi_module *module, enum module_unwinder *unwinder)
{
	/* Acquire: entries below the count are complete. */
	uint32_t count = atomic_load_explicit(&known_count, memory_order_acquire);

	for (uint32_t i = 0; i < count; i++) {
		if (known[i].start == module->start && known[i].end == module->end &&
		    known[i].link_map == module->link_map && !known[i].gone) {
			*unwinder = known[i].unwinder;
			return true;
		}
	}
	return false;
}

/* Record as gone the modules in the range where `module` is now: libc closed them unnoticed. */
static bool overlaps_end(const struct cfi_module *module)
{
	uint32_t count = atomic_load_explicit(&known_count, memory_order_relaxed);
	bool complete = true;

	for (uint32_t i = 0; i < count; i++) {
		if (known[i].gone || known[i].start >= module->end ||
		    module->start >= known[i].end)
			continue;
		complete = gone_write(&known[i], clock_before()) && complete;
	}
	return complete;
}

static bool module_add(const struct cfi_module *module, enum module_unwinder unwinder)
{
	uint32_t count = atomic_load_explicit(&known_count, memory_order_relaxed);
	uint32_t index = 0;

	if (!overlaps_end(module) || !module_write(module, last_gone))
		return false;
	while (index < count && !known[index].gone)
		index++;
	if (index == MODULES_MAX)
		return true; /* recorded, but will be recorded again at its next miss */
	recorder.modules_have_changed = true;
	known[index] = (struct known_module){ module->start, module->end, module->link_map,
		                                  unwinder, false };
	if (index == count)
		atomic_store_explicit(&known_count, count + 1, memory_order_release);
	return true;
}

uintptr_t loader_start, loader_bytes;

void module_map_start(void)
{
	struct cfi_module module;

	if (!cfi_module_find(_r_debug.r_ldbase, &module))
		return;
	loader_start = module.start;
	loader_bytes = module.end - module.start;
}

bool module_map_add(const struct cfi_module *module, enum module_unwinder *unwinder)
{
	bool recorded;

	if (is_known(module, unwinder))
		return true;
	/* Outside the lock: this reads much, and every thread gets the same result. */
	*unwinder = module_unwinder_of(module);
	if (!definitions_enter()) {
		ring_count_loss(LOST_DEFINITIONS, 1);
		return false;
	}
	recorded = is_known(module, unwinder) || module_add(module, *unwinder);
	definitions_leave();
	return recorded;
}

bool module_map_distrust(uintptr_t address)
{
	enum module_unwinder unwinder = MODULE_UNWINDER_OWN;
	struct cfi_module module;
	uint32_t count;

	if (!cfi_module_find(address, &module) || !module_map_add(&module, &unwinder))
		return false;
	count = atomic_load_explicit(&known_count, memory_order_acquire);
	for (uint32_t i = 0; i < count; i++) {
		if (!known[i].gone && known[i].start == module.start)
			known[i].unwinder = MODULE_UNWINDER_TABLES;
	}
	return true;
}

bool module_map_freed(const void *block)
{
	uint32_t count = atomic_load_explicit(&known_count, memory_order_acquire);
	bool any = false;

	for (uint32_t i = 0; i < count; i++) {
		if (known[i].gone || known[i].link_map != block)
			continue;
		/* From now on, a new module's description may have this address. */
		known[i].link_map = NULL;
		any = true;
	}
	if (any)
		module_map_sweep(clock_before());
	return any || count == MODULES_MAX; /* full: some modules may not be listed */
}

bool module_map_sweep(uint64_t time)
{
	uint32_t count = atomic_load_explicit(&known_count, memory_order_acquire);
	bool any = false;

	if (!definitions_enter())
		return true; /* unknown: assume that one is gone */
	for (uint32_t i = 0; i < count; i++) {
		struct cfi_module now;

		if (known[i].gone ||
		    (cfi_module_find(known[i].start, &now) &&
		     now.link_map == known[i].link_map && now.start == known[i].start))
			continue;
		gone_write(&known[i], time);
		any = true;
	}
	definitions_leave();
	return any;
}

void module_map_renew(void)
{
	uint32_t count = atomic_load_explicit(&known_count, memory_order_relaxed);

	last_gone = 0;
	if (!definitions_enter())
		return;
	for (uint32_t i = 0; i < count; i++) {
		struct cfi_module now;

		if (known[i].gone)
			continue;
		known[i].gone = !cfi_module_find(known[i].start, &now) ||
		                now.link_map != known[i].link_map ||
		                now.start != known[i].start || now.end != known[i].end ||
		                !module_write(&now, 0);
	}
	definitions_leave();
}

void module_map_forked(void)
{
	uint32_t count = atomic_load_explicit(&known_count, memory_order_relaxed);

	for (uint32_t i = 0; i < count; i++) {
		struct cfi_module module;

		if (known[i].gone || !cfi_module_find(known[i].start, &module))
			continue;
		module_write(&module, 0);
	}
	last_gone = 0;
}
