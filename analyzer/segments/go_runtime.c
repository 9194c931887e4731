/* segments/go_runtime.c - reads a file's build information and code. */
#include "segments/go_runtime.h"

#include "elf/image.h"

#include <fcntl.h>
#include <gelf.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* debug/buildinfo: 14 bytes, the size of a pointer, flags; 16 bytes later the version. */
#define BUILD_MAGIC "\xff Go buildinf:"
#define BUILD_MAGIC_BYTES 14
#define BUILD_ALIGN 16
#define BUILD_FLAGS 15
#define BUILD_INLINE 2 /* the text itself follows, since Go 1.18 */
#define BUILD_VERSION 32
#define BUILD_BYTES 64
#define BUILD_SEARCHED (UINT64_C(64) << 20)
#define CODE_BYTES_MAX 65536 /* of one function */

struct go_file go_file_open(const struct process_maps *maps,
                            const struct process_module *module)
{
	struct go_file file = { .descriptor = process_file_open(maps, &module->seen) };

	if (file.descriptor < 0)
		return file;
	elf_version(EV_CURRENT);
	file.elf = elf_begin(file.descriptor, ELF_C_READ_MMAP, NULL);
	file.table = file.elf ? go_table_open(file.elf) : NULL;
	return file;
}

void go_file_close(struct go_file *file)
{
	go_table_close(file->table);
	if (file->elf)
		elf_end(file->elf);
	if (file->descriptor >= 0)
		close(file->descriptor);
	*file = (struct go_file){ .descriptor = -1 };
}

const struct go_file *go_files_find(const struct go_files *files, uint64_t address,
                                    struct go_function *function, uint64_t *in_file)
{
	for (size_t i = 0; i < files->count; i++) {
		*in_file = address - files->biases[i];
		if (files->files[i]->table &&
		    go_table_function(files->files[i]->table, *in_file, function))
			return files->files[i];
	}
	return NULL;
}

/* ---- the version ---- */

/* Take "go1.26.8" of "go1.26.8 X:nodwarf5" or "go1.26.8-custom". */
static void version_take(struct go_runtime *runtime, const uint8_t *text, size_t bytes)
{
	size_t count = 0;

	while (count < bytes && count < sizeof(runtime->version) - 1 && text[count] > ' ' &&
	       text[count] < 0x7f)
		count++;
	memcpy(runtime->version, text, count);
	runtime->version[count] = 0;
	if (!strncmp(runtime->version, "go1.", 4))
		runtime->minor = (unsigned)strtoul(runtime->version + 4, NULL, 10);
}

/* Search the build information among bytes that begin at an aligned address. */
static bool version_search(struct go_runtime *runtime, const uint8_t *bytes,
                           size_t count)
{
	size_t at;

	for (at = 0; at + BUILD_BYTES <= count; at += BUILD_ALIGN) {
		if (memcmp(bytes + at, BUILD_MAGIC, BUILD_MAGIC_BYTES))
			continue;
		/* the text is short, so that its length is one byte */
		if (bytes[at + BUILD_FLAGS] & BUILD_INLINE &&
		    bytes[at + BUILD_VERSION] < BUILD_BYTES - BUILD_VERSION)
			version_take(runtime, bytes + at + BUILD_VERSION + 1,
			             bytes[at + BUILD_VERSION]);
		return true;
	}
	return false;
}

static void version_read(struct go_runtime *runtime, Elf *elf)
{
	const uint8_t *bytes;
	GElf_Phdr segment;
	size_t count, segments, skip;

	if (elf_getphdrnum(elf, &segments))
		return;
	for (size_t i = 0; i < segments; i++) {
		if (!gelf_getphdr(elf, (int)i, &segment) || segment.p_type != PT_LOAD ||
		    !(segment.p_flags & PF_W))
			continue;
		bytes = elf_image_at(elf, segment.p_vaddr, &count);
		skip = -segment.p_vaddr % BUILD_ALIGN;
		if (!bytes || count < skip)
			continue;
		count = count < BUILD_SEARCHED ? count : BUILD_SEARCHED;
		if (version_search(runtime, bytes + skip, count - skip))
			return;
	}
}

/* ---- variables ---- */

static void code_take(struct go_code codes[GO_FUNCTIONS],
                      const struct go_function *function, Elf *elf)
{
	uint64_t bytes = function->high - function->low;

	for (size_t i = 0; i < GO_FUNCTIONS; i++) {
		if (codes[i].bytes || bytes > CODE_BYTES_MAX ||
		    strcmp(function->name, go_code_name((enum go_function_name)i)))
			continue;
		codes[i] = (struct go_code){ .address = function->low,
			                         .bytes = elf_image_bytes(elf, function->low,
			                                                  bytes),
			                         .count = bytes };
	}
}

static void variables_read(struct go_runtime *runtime, const struct go_file *file)
{
	struct go_code codes[GO_FUNCTIONS] = { { 0, NULL, 0 } };
	size_t count = go_table_count(file->table);
	struct go_function function;

	for (size_t i = 0; i < count; i++) {
		if (go_table_function(file->table, go_table_entry(file->table, i), &function))
			code_take(codes, &function, file->elf);
	}
	go_code_read(&runtime->variables, codes);
}

static void bias_add(uint64_t *address, uint64_t bias)
{
	*address = *address ? *address + bias : 0;
}

void go_runtime_read(struct go_runtime *runtime, const struct go_file *file,
                     const struct process_module *module)
{
	struct go_variables *variables = &runtime->variables;

	*runtime = (struct go_runtime){ .minor = 0 };
	if (!file->elf)
		return;
	version_read(runtime, file->elf);
	if (!file->table || elf_image_machine(file->elf) != EM_X86_64)
		return;
	variables_read(runtime, file);
	bias_add(&variables->arenas, module->bias);
	bias_add(&variables->heap_in_use, module->bias);
	bias_add(&variables->heap_stats, module->bias);
	bias_add(&variables->goroutines, module->bias);
	bias_add(&variables->threads, module->bias);
	bias_add(&variables->main, module->bias);
}
