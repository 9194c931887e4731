/* record/packer.c - compresses blocks that were stored in haste. */
#include "record/packer.h"

#include "base/array.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zstd.h>

#define LEVEL_PACKED (-1) /* 45 million events of cc1plus a second; 1: 26 million */
#define WORTH_BYTES (UINT64_C(1) << 20)

struct packer {
	const struct trace_writer *from;
	struct trace_writer to;
	char path[PATH_MAX], beside[PATH_MAX];
	uint8_t *stored, *raw;
	size_t stored_room, raw_room;
};

static bool read_all(int file, void *bytes, size_t count, uint64_t offset)
{
	uint8_t *at = bytes;
	ssize_t got = 1;

	for (; count && got > 0; count -= (size_t)got, at += got, offset += (uint64_t)got)
		got = pread(file, at, count, (off_t)offset);
	return !count;
}

/* Copy the block at `offset` into the new file. *next: the offset of the block after it. */
static bool block_pack(struct packer *packer, uint64_t offset, uint64_t *next)
{
	struct trace_block block;
	struct error ignored;
	uint64_t left = packer->from->offset - offset - sizeof(block);

	if (packer->from->offset - offset < sizeof(block) ||
	    !read_all(packer->from->descriptor, &block, sizeof(block), offset) ||
	    block.magic != BLOCK_MAGIC || block.stored_bytes > left ||
	    block.raw_bytes > BLOCK_RAW_BYTES_MAX ||
	    array_reserve(packer->stored, packer->stored_room, block.stored_bytes) ||
	    array_reserve(packer->raw, packer->raw_room, block.raw_bytes) ||
	    !read_all(packer->from->descriptor, packer->stored, block.stored_bytes,
	              offset + sizeof(block)))
		return false;
	*next = offset + sizeof(block) + block.stored_bytes;
	if (block.stored_bytes &&
	    ZSTD_decompress(packer->raw, packer->raw_room, packer->stored,
	                    block.stored_bytes) != block.raw_bytes)
		return false;
	/*
	 * Other blocks, such as symbols, are few and were not written in haste: copy them as
	 * they are.
	 */
	if (block.type != BLOCK_CHUNK)
		return !trace_writer_stored(&packer->to, &block, packer->stored, &ignored);
	return !trace_writer_block(&packer->to, &block, packer->raw, block.raw_bytes,
	                           &ignored);
}

/*
 * Copy all blocks. The number of blocks is compared at the end: the copy replaces the trace
 * only if nothing is missing.
 */
static bool blocks_pack(struct packer *packer, trace_packer_visit *visit, void *context)
{
	uint64_t end = packer->from->offset;

	for (uint64_t at = sizeof(struct trace_header); at < end;) {
		if (!block_pack(packer, at, &at) || !visit(context, at, end))
			return false;
	}
	return packer->to.block_count == packer->from->block_count;
}

/*
 * Create a file beside the trace that can replace it, with the same owner and mode. -1: that is
 * not possible.
 */
static int beside_open(const struct trace_writer *writer, char path[PATH_MAX],
                       char beside[PATH_MAX])
{
	struct stat old, new;
	int file;

	if (!realpath(writer->path, path) || fstat(writer->descriptor, &old) ||
	    stat(path, &new) || new.st_ino != old.st_ino || new.st_dev != old.st_dev ||
	    old.st_nlink != 1 || snprintf(beside, PATH_MAX, "%s.XXXXXX", path) >= PATH_MAX)
		return -1;
	file = mkostemp(beside, O_CLOEXEC);
	if (file < 0)
		return -1;
	if (fstat(file, &new) == 0 && new.st_uid == old.st_uid &&new.st_gid == old.st_gid &&
	    fchmod(file, old.st_mode & 07777) == 0) {
		flock(file,
		      LOCK_EX | LOCK_NB); /* locked like the old one: see record/output.h */
		return file;
	}
	close(file);
	unlink(beside);
	return -1;
}

/* Copy the header into the new file. 0, or -1. */
static int pack_begin(struct packer *packer, int file)
{
	struct trace_header header;

	if (trace_writer_open(&packer->to, file, packer->from->path, 0, NULL))
		return -1;
	packer->to.level = LEVEL_PACKED;
	return read_all(packer->from->descriptor, &header, sizeof(header), 0) &&
	               pwrite(file, &header, sizeof(header), 0) == sizeof(header)
	           ? 0
	           : -1;
}

/*
 * Until the rename, the trace is untouched and any failure only removes the copy. Afterwards
 * the caller's writer is that of the copy.
 */
static void pack(struct packer *packer, struct trace_writer *writer,
                 trace_packer_visit *visit, void *context)
{
	int file = beside_open(writer, packer->path, packer->beside);

	if (file < 0)
		return;
	if (pack_begin(packer, file) == 0 && blocks_pack(packer, visit, context) &&
	    !rename(packer->beside, packer->path)) {
		trace_writer_close(writer, NULL);
		*writer = packer->to;
		return;
	}
	unlink(packer->beside);
	trace_writer_close(&packer->to, NULL);
}

void trace_pack(struct trace_writer *writer, trace_packer_visit *visit, void *context)
{
	struct packer *packer;

	if (writer->failure || writer->hasty_bytes < WORTH_BYTES)
		return;
	packer = calloc(1, sizeof(*packer));
	if (!packer)
		return; /* the trace is complete without packing */
	packer->from = writer;
	pack(packer, writer, visit, context);
	free(packer->stored);
	free(packer->raw);
	free(packer);
}
