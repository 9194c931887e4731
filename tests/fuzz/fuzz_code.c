/*
 * fuzz_code.c - whatever a file says of its code: no crash, no hang, no leak.
 *
 * The input is loaded at CODE of an ELF file that is otherwise sound. Its first four bytes say
 * where in it a frame description is, where a table of exceptions is, and how long the
 * function is.
 */
#include "elf/code_graph.h"
#include "elf/image.h"
#include "elf/imports.h"
#include "elf/landing_pads.h"

#include <stdlib.h>
#include <string.h>

#define CODE 0x10000
#define HEAD_BYTES 4

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

static bool never_returns(void *context, enum code_where where, uint64_t target)
{
	(void)context;
	return where == CODE_KNOWN && target & 1;
}

static void function_read(Elf *elf, size_t bytes, struct landing_pads *pads)
{
	/* two parts, the second one before the first */
	const struct code_range ranges[] = { { CODE + bytes / 2, CODE + bytes },
		                                 { CODE, CODE + bytes / 2 } };
	struct code_function function = { .elf = elf,
		                              .machine = EM_X86_64,
		                              .ranges = ranges,
		                              .range_count = 2,
		                              .entry = CODE,
		                              .pads = pads,
		                              .never_returns = never_returns };
	struct code_graph graph;
	uint32_t i;

	if (code_graph_read(&graph, &function))
		return;
	for (i = 0; i < graph.edge_count; i++) {
		if (graph.edges[i].to >= graph.count)
			abort();
	}
	for (i = 0; i < graph.count; i++) {
		if (code_graph_find(&graph, code_block_last(&graph.blocks[i])) != i)
			abort();
	}
	code_graph_release(&graph);
}

/* The file: a header, one segment, the input. */
static Elf *file_make(const uint8_t *data, size_t bytes, char **file)
{
	Elf64_Ehdr header = { .e_ident = ELFMAG,
		                  .e_type = ET_DYN,
		                  .e_machine = EM_X86_64,
		                  .e_version = EV_CURRENT,
		                  .e_phoff = sizeof(header),
		                  .e_ehsize = sizeof(header),
		                  .e_phentsize = sizeof(Elf64_Phdr),
		                  .e_phnum = 1 };
	Elf64_Phdr segment = { .p_type = PT_LOAD,
		                   .p_offset = sizeof(header) + sizeof(segment),
		                   .p_vaddr = CODE,
		                   .p_filesz = bytes,
		                   .p_memsz = bytes };

	header.e_ident[EI_CLASS] = ELFCLASS64;
	header.e_ident[EI_DATA] = ELFDATA2LSB;
	header.e_ident[EI_VERSION] = EV_CURRENT;
	*file = malloc(segment.p_offset + bytes);
	if (!*file)
		return NULL;
	memcpy(*file, &header, sizeof(header));
	memcpy(*file + sizeof(header), &segment, sizeof(segment));
	memcpy(*file + segment.p_offset, data, bytes);
	return elf_memory(*file, segment.p_offset + bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	struct landing_pads pads = { .list = NULL };
	struct imports *imports;
	uint8_t head[HEAD_BYTES];
	char *file = NULL;
	size_t count;
	Elf *elf;

	if (bytes <= HEAD_BYTES)
		return 0;
	memcpy(head, data, HEAD_BYTES);
	elf_version(EV_CURRENT);
	elf = file_make(data + HEAD_BYTES, bytes - HEAD_BYTES, &file);
	if (elf) {
		landing_pads_read(&pads, elf, CODE + head[0]);
		data = elf_image_at(elf, CODE + head[1], &count);
		if (data)
			landing_pads_parse(&pads, data, count, CODE + head[1], CODE);
		count = (size_t)head[2] << 8 | head[3];
		function_read(elf, count < bytes - HEAD_BYTES ? count : bytes - HEAD_BYTES,
		              &pads);
		imports = imports_new(elf);
		if (imports)
			imports_stub(imports, CODE + head[0]);
		imports_free(imports);
		elf_end(elf);
	}
	free(pads.list);
	free(file);
	return 0;
}
