/*
 * source_truth.c - `source_truth LOG PROGRAM`: print what the oracle saw of a program that has
 * hooks in all functions of its source, in the format of tests/sources/source_blocks.c, which
 * tests/sources/check.py reads.
 *
 * Activations, births and ends are the oracle's own. Only the names of functions, and which are
 * of a standard library, are found as the analyzer finds them, so that names do not differ.
 */
#include "oracle_log.h"

#include "elf/file.h"
#include "symbols/symbolizer.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define STACKS (UINT32_C(1) << ORACLE_STACKS_BITS)

static const struct oracle_header *header;
static struct oracle_block *blocks;
static struct symbolizer *symbolizer;
static const char *program; /* its file's name */
static int module;

static void fail(const char *what, const char *name)
{
	fprintf(stderr, "source_truth: %s: %s\n", name, what);
	exit(2);
}

static void log_read(const char *path)
{
	int fd = open(path, O_RDONLY);
	struct stat status;
	char *data;

	if (fd < 0 || fstat(fd, &status) || (size_t)status.st_size < sizeof(*header))
		fail("no log of the oracle", path);
	/* Private: it is sorted in place. */
	data = mmap(NULL, (size_t)status.st_size, PROT_READ | PROT_WRITE,
	            MAP_PRIVATE | MAP_NORESERVE, fd, 0);
	close(fd);
	if (data == MAP_FAILED)
		fail("cannot be mapped", path);
	header = (const struct oracle_header *)data;
	blocks = (struct oracle_block *)(data + sizeof(*header));
	if (header->magic != ORACLE_MAGIC)
		fail("not a log of the oracle", path);
	if (header->dropped)
		fail("the log was full", path);
	if (header->stale)
		fail("the oracle lost track of the activations", path);
	if (!header->main_start)
		fail("main() was not seen: is it exported?", path);
}

static void program_open(const char *path)
{
	struct elf_file elf;
	int fd = open(path, O_RDONLY);

	if (fd < 0 || elf_file_read(&elf, fd) != ELF_OK)
		fail("cannot be read", path);
	close(fd);
	symbolizer = symbolizer_new();
	module = symbolizer
	             ? symbolizer_module(symbolizer, path, elf.build_id, elf.build_id_bytes)
	             : -1;
	if (module < 0)
		fail("has no symbols", path);
	program = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
}

/* ---- stacks ---------------------------------------------------------------------------- */

static const struct oracle_stack *stack_find(uint64_t name)
{
	uint32_t slot = oracle_hash(name, ORACLE_STACKS_BITS);

	while (header->stacks[slot].name && header->stacks[slot].name != name)
		slot = (slot + 1) % STACKS;
	return &header->stacks[slot];
}

/* The frames come innermost first; the last one is the function itself. */
static void frame_keep(void *context, const struct symbol_frame *frame)
{
	*(struct symbol_frame *)context = *frame;
}

static void frame_print(uint64_t function)
{
	struct symbol_frame frame = { .function = "?" };

	symbolizer_resolve(symbolizer, module, function - header->bias + 1, frame_keep,
	                   &frame);
	printf("> %s %s %s\n", program, frame.is_library ? "library" : "user",
	       frame.function);
}

/* From the outermost function inwards. */
static void frames_print(const struct oracle_stack *stack)
{
	if (!stack->name)
		return;
	frames_print(stack_find(stack->caller));
	frame_print(stack->function);
}

/* ---- blocks ---------------------------------------------------------------------------- */

static int birth_order(const void *left, const void *right)
{
	const struct oracle_block *a = left, *b = right;

	if (a->thread != b->thread)
		return a->thread < b->thread ? -1 : 1;
	return (a->number > b->number) - (a->number < b->number);
}

static const char *state_of(const struct oracle_block *block)
{
	if (block->is_live)
		return "live";
	if (block->born.ns < header->main_start && header->main_end &&
	    block->end.ns >= header->main_end)
		return "static";
	return block->crossed ? "crossed" : "freed";
}

static void block_print(const struct oracle_block *block)
{
	const char *state = state_of(block);
	bool is_freed = !strcmp(state, "freed");

	printf("block %s %u %" PRIu64 " %u %s %u proved\n", program, block->number,
	       block->first_size,
	       block->stack ? (uint32_t)(stack_find(block->stack) - header->stacks) + 1 : 0,
	       state, is_freed ? block->escape : 0);
}

int main(int argc, char **argv)
{
	uint64_t count, i;

	if (argc != 3)
		fail("usage: source_truth LOG PROGRAM", "arguments");
	log_read(argv[1]);
	program_open(argv[2]);
	printf("path 0\n");
	for (i = 0; i < STACKS; i++) {
		if (!header->stacks[i].name)
			continue;
		printf("path %" PRIu64 "\n", i + 1);
		frames_print(&header->stacks[i]);
	}
	count = header->blocks + header->live;
	qsort(blocks, count, sizeof(*blocks), birth_order);
	for (i = 0; i < count; i++)
		block_print(&blocks[i]);
	return 0;
}
