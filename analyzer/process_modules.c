/* process_modules.c - from mapped files to ELF segments in memory. Layer 2. */
#include "process_modules.h"

#include "elf_file.h"

#include <fcntl.h>
#include <gelf.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PAGE UINT64_C(4096)
#define PAGE_DOWN(address) ((address) & ~(PAGE - 1))
#define PAGE_UP(address) (((address) + PAGE - 1) & ~(PAGE - 1))

/* ---- files ---- */

static int file_try(const char *path, const struct mapping *mapping)
{
	int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat status;

	if (file < 0)
		return -1;
	/* File systems in layers tell another device than the maps do. */
	if (!fstat(file, &status) && S_ISREG(status.st_mode) &&
	    status.st_ino == mapping->inode)
		return file;
	close(file);
	return -1;
}

int process_file_open(const struct process_maps *maps, const struct mapping *mapping)
{
	char path[4352];
	int file = -1;

	if (!mapping->inode || mapping->name[0] != '/')
		return -1;
	if (!mapping->is_deleted && strlen(mapping->name) < 4096) {
		snprintf(path, sizeof(path), "/proc/%d/root%s", (int)maps->pid, mapping->name);
		file = file_try(path, mapping);
	}
	if (file < 0) {
		snprintf(path, sizeof(path), "/proc/%d/map_files/%" PRIx64 "-%" PRIx64,
		         (int)maps->pid, mapping->start, mapping->end);
		file = file_try(path, mapping);
	}
	if (file < 0) {
		snprintf(path, sizeof(path), "/proc/%d/exe", (int)maps->pid);
		file = file_try(path, mapping);
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
 * The parts of the file, if it can have been loaded so that `mapping` came of it: one of
 * its PT_LOAD segments begins with the page that is mapped there.
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
		/* No more of the file than a loader would map there. */
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

static bool module_read(struct process_module *module, const struct process_maps *maps,
                        const struct mapping *mapping)
{
	int file = process_file_open(maps, mapping);
	struct elf_file facts;
	bool is_module = false;
	Elf *elf;

	if (file < 0)
		return false;
	*module = (struct process_module){
		.path = mapping->name,
		.inode = mapping->inode,
		.device = mapping->device,
		.is_deleted = mapping->is_deleted,
	};
	if (elf_file_read(&facts, file) == ELF_OK) {
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

/* ---- all of them ---- */

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

/* An anonymous mapping is a module's if most of it is the module's bss. */
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

static uint32_t mapping_module(const struct process_modules *modules,
                               const struct mapping *mapping)
{
	const struct process_module *module;
	size_t i;

	/* The last found is nearest: mappings come by address. */
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

/* A file that was looked at and is no module, or not where it would be one. */
struct refused {
	uint64_t inode, device;
};

/* What the modules were found by. */
static uint64_t maps_sum(const struct process_maps *maps)
{
	const struct mapping *mapping;
	uint64_t sum = 1, words[6];
	size_t i, j;

	for (i = 0; i < maps->count; i++) {
		mapping = &maps->mappings[i];
		if (!mapping->inode || mapping->access & MAPPING_SHARED)
			continue;
		words[0] = mapping->start;
		words[1] = mapping->end;
		words[2] = mapping->offset;
		words[3] = mapping->inode;
		words[4] = mapping->device;
		words[5] = mapping->access | (uint64_t)mapping->is_deleted << 32;
		for (j = 0; j < 6; j++)
			sum = (sum ^ words[j]) * UINT64_C(0x9E3779B97F4A7C15) ^ sum >> 29;
	}
	return sum ? sum : 1;
}

int process_modules_refresh(struct process_modules *modules,
                            const struct process_maps *maps)
{
	uint64_t sum = maps_sum(maps);
	const struct mapping *mapping;
	uint32_t module, *of_mapping;
	size_t i;

	if (modules->sum != sum) {
		process_modules_release(modules);
		if (process_modules_find(modules, maps))
			return -1;
		modules->sum = sum;
		return 0;
	}
	of_mapping = calloc(maps->count + 1, sizeof(*of_mapping));
	if (!of_mapping)
		return -1;
	free(modules->of_mapping);
	modules->of_mapping = of_mapping;
	for (i = 0; i < modules->count; i++)
		modules->modules[i].path = NULL;
	for (i = 0; i < maps->count; i++) {
		mapping = &maps->mappings[i];
		of_mapping[i] = MODULE_NONE_OF_MAPS;
		if (mapping->access & MAPPING_SHARED || (!mapping->inode && mapping->name[0]))
			continue;
		module = mapping_module(modules, mapping);
		of_mapping[i] = module;
		if (module != MODULE_NONE_OF_MAPS && !modules->modules[module].path)
			modules->modules[module].path = mapping->name;
	}
	for (i = 0; i < modules->count; i++) {
		if (!modules->modules[i].path)
			modules->modules[i].path = "";
	}
	return 0;
}

int process_modules_find(struct process_modules *modules,
                         const struct process_maps *maps)
{
	struct refused *refused = NULL, *more;
	size_t refused_count = 0, i, j;
	struct process_module *grown;
	const struct mapping *mapping;
	int result = -1;

	*modules = (struct process_modules){ .count = 0 };
	modules->of_mapping = calloc(maps->count + 1, sizeof(*modules->of_mapping));
	if (!modules->of_mapping)
		return -1;
	for (i = 0; i < maps->count; i++) {
		mapping = &maps->mappings[i];
		modules->of_mapping[i] = MODULE_NONE_OF_MAPS;
		if (mapping->access & MAPPING_SHARED || (!mapping->inode && mapping->name[0]))
			continue;
		modules->of_mapping[i] = mapping_module(modules, mapping);
		if (modules->of_mapping[i] != MODULE_NONE_OF_MAPS || !mapping->inode)
			continue;
		for (j = 0; j < refused_count && (refused[j].inode != mapping->inode ||
		                                  refused[j].device != mapping->device);
		     j++)
			;
		if (j < refused_count)
			continue;
		grown = reallocarray(modules->modules, modules->count + 1, sizeof(*grown));
		more = reallocarray(refused, refused_count + 1, sizeof(*more));
		modules->modules = grown ? grown : modules->modules;
		refused = more ? more : refused;
		if (!grown || !more)
			goto out;
		if (module_read(&modules->modules[modules->count], maps, mapping))
			modules->of_mapping[i] = (uint32_t)modules->count++;
		else
			refused[refused_count++] = (struct refused){ mapping->inode,
				                                         mapping->device };
	}
	result = 0;
out:
	free(refused);
	return result;
}

void process_modules_release(struct process_modules *modules)
{
	free(modules->modules);
	free(modules->of_mapping);
	*modules = (struct process_modules){ .count = 0 };
}
