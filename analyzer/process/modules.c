/* process/modules.c - finds the ELF segments in memory by the mapped files. */
#include "process/modules.h"

#include "base/array.h"
#include "base/page.h"
#include "elf/file.h"
#include "process/root.h"

#include <fcntl.h>
#include <gelf.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PAGE_DOWN(address) ((address) & ~(PAGE - 1))
#define PAGE_UP(address) (((address) + PAGE - 1) & ~(PAGE - 1))

/* ---- files ---- */

/* By now the path may name a fifo or a terminal. */
#define FILE_FLAGS (O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)

/*
 * Returns `file` if it is the mapped one, not one that replaced it; else closes it, and returns
 * -1.
 */
static int file_check(int file, const struct mapping *mapping)
{
	struct stat status;

	if (file < 0)
		return -1;
	/* Compare inodes only: layered file systems report another device than the maps do. */
	if (!fstat(file, &status) && S_ISREG(status.st_mode) &&
	    status.st_ino == mapping->inode)
		return file;
	close(file);
	return -1;
}

/*
 * Try three ways: the path in the process's own root; map_files, which finds deleted files,
 * too, but needs a privilege; and the executable, which finds itself after it was deleted.
 */
int process_file_open(const struct process_maps *maps, const struct mapping *mapping)
{
	char path[128];
	int file = -1, root;

	if (!mapping->inode || mapping->name[0] != '/')
		return -1;
	root = mapping->is_deleted ? -1 : process_root(maps->pid);
	if (root >= 0) {
		file = file_check(process_root_open(root, mapping->name, FILE_FLAGS), mapping);
		close(root);
	}
	if (file < 0) {
		snprintf(path, sizeof(path), "/proc/%d/map_files/%" PRIx64 "-%" PRIx64,
		         (int)maps->pid, mapping->start, mapping->end);
		file = file_check(open(path, FILE_FLAGS), mapping);
	}
	if (file < 0) {
		snprintf(path, sizeof(path), "/proc/%d/exe", (int)maps->pid);
		file = file_check(open(path, FILE_FLAGS), mapping);
	}
	return file;
}

/* ---- one module ---- */

static unsigned access_of(GElf_Word flags)
{
	return (flags & PF_R ? MAPPING_READ : 0u) | (flags & PF_W ? MAPPING_WRITE : 0u) |
	       (flags & PF_X ? MAPPING_EXECUTE : 0u);
}

/*
 * Fill in the parts of the file, provided that a loader may have made `mapping` of it: one of
 * its PT_LOAD segments must begin with the page that is mapped there.
 */
static bool module_parts(struct process_module *module, Elf *elf,
                         const struct mapping *mapping)
{
	bool has_bias = false;
	GElf_Phdr header;
	size_t count, i;

	if (elf_kind(elf) != ELF_K_ELF || elf_getphdrnum(elf, &count))
		return false;
	for (i = 0; i < count && !has_bias; i++) {
		if (!gelf_getphdr(elf, (int)i, &header) || header.p_type != PT_LOAD ||
		    PAGE_DOWN(header.p_offset) != mapping->offset ||
		    access_of(header.p_flags) & ~mapping->access & MAPPING_EXECUTE)
			continue;
		module->bias = mapping->start - PAGE_DOWN(header.p_vaddr);
		/* A loader maps no more than the segment there. */
		has_bias = mapping->end - mapping->start <=
		           PAGE_UP(header.p_vaddr + header.p_memsz) - PAGE_DOWN(header.p_vaddr);
	}
	for (i = 0; has_bias && i < count; i++) {
		if (!gelf_getphdr(elf, (int)i, &header))
			continue;
		if (header.p_type == PT_GNU_RELRO) {
			module->relro_start = module->bias + header.p_vaddr;
			module->relro_end = module->relro_start + header.p_memsz;
		}
		if (header.p_type != PT_LOAD || module->part_count == MODULE_PARTS_MAX)
			continue;
		module->parts[module->part_count++] = (struct module_part){
			.start = module->bias + header.p_vaddr,
			.file_end = module->bias + header.p_vaddr + header.p_filesz,
			.end = module->bias + header.p_vaddr + header.p_memsz,
			.access = access_of(header.p_flags),
		};
	}
	return has_bias;
}

/*
 * Read the file behind a mapping. *is_elf: the file is ELF, so another mapping of it may still
 * be a module.
 */
static bool module_read(struct process_module *module, const struct process_maps *maps,
                        const struct mapping *mapping, bool *is_elf)
{
	int file = process_file_open(maps, mapping);
	struct elf_file facts;
	bool is_module = false;
	Elf *elf;

	*is_elf = false;
	if (file < 0)
		return false;
	*module = (struct process_module){
		.path = mapping->name,
		.seen = *mapping,
		.inode = mapping->inode,
		.device = mapping->device,
		.is_deleted = mapping->is_deleted,
	};
	if (elf_file_read(&facts, file) == ELF_OK) {
		*is_elf = true;
		module->is_go = facts.is_go;
		elf_version(EV_CURRENT);
		elf = elf_begin(file, ELF_C_READ, NULL);
		if (elf) {
			is_module = module_parts(module, elf, mapping);
			elf_end(elf);
		}
		memcpy(module->build_id, facts.build_id, facts.build_id_bytes);
		module->build_id_bytes = facts.build_id_bytes;
	}
	close(file);
	return is_module;
}

/* ---- mappings and modules ---- */

static bool module_holds(const struct process_module *module,
                         const struct mapping *mapping)
{
	size_t i;

	for (i = 0; i < module->part_count; i++) {
		if (mapping->start >= PAGE_DOWN(module->parts[i].start) &&
		    mapping->end <= PAGE_UP(module->parts[i].end))
			return true;
	}
	return false;
}

static uint64_t overlap(uint64_t start, uint64_t end, const struct mapping *mapping)
{
	start = start > mapping->start ? start : mapping->start;
	end = end < mapping->end ? end : mapping->end;
	return end > start ? end - start : 0;
}

/* An anonymous mapping belongs to a module if most of it is the module's bss. */
static bool module_zeroes(const struct process_module *module,
                          const struct mapping *mapping)
{
	uint64_t bytes = 0;
	size_t i;

	for (i = 0; i < module->part_count; i++)
		bytes += overlap(PAGE_UP(module->parts[i].file_end),
		                 PAGE_UP(module->parts[i].end), mapping);
	return bytes * 2 > mapping->end - mapping->start;
}

/*
 * The index of the module that the mapping belongs to, or MODULE_NONE_OF_MAPS. A mapping of a
 * file must be of the module's file and within one of its segments.
 */
static uint32_t mapping_module(const struct process_modules *modules,
                               const struct mapping *mapping)
{
	const struct process_module *module;
	size_t i;

	/* Mappings are sorted by address, so the module found last is nearest. */
	for (i = modules->count; i-- > 0;) {
		module = &modules->modules[i];
		if (mapping->inode
		        ? module->inode == mapping->inode &&
		              module->device == mapping->device && module_holds(module, mapping)
		        : module_zeroes(module, mapping))
			return (uint32_t)i;
		if (!mapping->inode && modules->count - i > 4)
			break; /* bss follows its module */
	}
	return MODULE_NONE_OF_MAPS;
}

/* ---- files that were read before ---- */

static uint64_t known_hash(const void *context, uint32_t number)
{
	const struct known_file *file = &((const struct process_modules *)context)
	                                     ->files[number - 1];

	return hash_words(file->inode, file->device);
}

static bool known_is_same(const void *context, uint32_t number, const void *key)
{
	const struct known_file *file = &((const struct process_modules *)context)
	                                     ->files[number - 1];
	const struct mapping *mapping = key;

	return file->inode == mapping->inode && file->device == mapping->device;
}

/* Find or add the entry of the file behind the mapping. NULL: no memory. */
static struct known_file *file_known(struct process_modules *modules,
                                     const struct mapping *mapping)
{
	uint64_t hash = hash_words(mapping->inode, mapping->device);
	uint32_t number = hash_index_find(&modules->file_index, hash, known_is_same,
	                                  modules, mapping);

	if (number)
		return &modules->files[number - 1];
	if (array_reserve(modules->files, modules->file_room, modules->file_count + 1))
		return NULL;
	modules->files[modules->file_count] = (struct known_file){
		.inode = mapping->inode, .device = mapping->device
	};
	if (hash_index_add(&modules->file_index, hash, (uint32_t)modules->file_count + 1,
	                   known_hash, modules))
		return NULL;
	return &modules->files[modules->file_count++];
}

/* A process may map new files for ever: forget the old entries when too many are unused. */
static void files_limit(struct process_modules *modules)
{
	size_t met = 0;

	for (size_t i = 0; i < modules->file_count; i++)
		met += modules->files[i].snapshot == modules->snapshot;
	if (modules->file_count > 2 * met + 64) {
		hash_index_release(&modules->file_index);
		modules->file_count = 0;
	}
	modules->snapshot++;
}

/* ---- all of them ---- */

/*
 * The module that the snapshot before found by the same mapping; NULL: none. Then its file
 * need not be opened again.
 */
static const struct process_module *module_before(const struct process_module *before,
                                                  size_t count,
                                                  const struct mapping *mapping)
{
	const struct mapping *seen;
	size_t i;

	for (i = 0; i < count; i++) {
		seen = &before[i].seen;
		if (seen->start == mapping->start && seen->end == mapping->end &&
		    seen->inode == mapping->inode && seen->device == mapping->device &&
		    seen->offset == mapping->offset && seen->access == mapping->access)
			return &before[i];
	}
	return NULL;
}

/*
 * Find out whether a module begins at this mapping. A file may be mapped for reading and, at a
 * higher address, for execution: so an ELF file is checked at each mapping, any other file only
 * once. 1, 0, or -1: no memory.
 */
static int module_find(struct process_modules *modules, const struct process_maps *maps,
                       const struct mapping *mapping,
                       const struct process_module *before, size_t before_count)
{
	const struct process_module *was;
	struct process_module *module;
	struct known_file *file;
	bool is_same;

	if (array_reserve(modules->modules, modules->capacity, modules->count + 1))
		return -1;
	module = &modules->modules[modules->count];
	was = module_before(before, before_count, mapping);
	if (was) {
		*module = *was;
		module->path = mapping->name;
		module->is_deleted = mapping->is_deleted;
		return 1;
	}
	file = file_known(modules, mapping);
	if (!file)
		return -1;
	is_same = file->snapshot == modules->snapshot ||
	          (file->snapshot && file->start == mapping->start &&
	           file->end == mapping->end);
	if (is_same && !file->is_elf) {
		file->snapshot = modules->snapshot;
		return 0;
	}
	file->snapshot = modules->snapshot;
	file->start = mapping->start;
	file->end = mapping->end;
	return module_read(module, maps, mapping, &file->is_elf);
}

/*
 * Mappings come by ascending address, and a module begins with its lowest one. So each
 * mapping is either of a module found already, or may begin another. Shared mappings, and
 * anonymous ones with a name such as "[heap]", are of no module.
 */
int process_modules_find(struct process_modules *modules,
                         const struct process_maps *maps)
{
	struct process_module *before = modules->modules;
	size_t before_count = modules->count, i;
	const struct mapping *mapping;
	int found = 0;

	free(modules->of_mapping);
	modules->modules = NULL;
	modules->count = modules->capacity = 0;
	files_limit(modules);
	modules->of_mapping = calloc(maps->count + 1, sizeof(*modules->of_mapping));
	for (i = 0; modules->of_mapping && found >= 0 && i < maps->count; i++) {
		mapping = &maps->mappings[i];
		modules->of_mapping[i] = MODULE_NONE_OF_MAPS;
		if (mapping->access & MAPPING_SHARED || (!mapping->inode && mapping->name[0]))
			continue;
		modules->of_mapping[i] = mapping_module(modules, mapping);
		if (modules->of_mapping[i] != MODULE_NONE_OF_MAPS || !mapping->inode)
			continue;
		found = module_find(modules, maps, mapping, before, before_count);
		if (found > 0)
			modules->of_mapping[i] = (uint32_t)modules->count++;
	}
	free(before);
	return modules->of_mapping && found >= 0 ? 0 : -1;
}

void process_modules_release(struct process_modules *modules)
{
	free(modules->modules);
	free(modules->of_mapping);
	free(modules->files);
	hash_index_release(&modules->file_index);
	*modules = (struct process_modules){ .count = 0 };
}
