/* trace/writer.c - appends compressed blocks to a trace, whole or not at all. */
#include "trace/writer.h"

#include "base/array.h"
#include "base/kernel_clock.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>
#include <zstd.h>

#define LEVEL_DEFAULT 1
#define HASTY_BYTES_MAX (UINT64_C(1) << 30)

/* Cut the file back to its last whole block; all later writes fail. */
static int writer_fail(struct trace_writer *writer, int cause, struct error *error)
{
	bool is_full = cause == ENOSPC || cause == EDQUOT;
	const char *remedy = "";

	writer->failure = cause;
	if (is_full && writer->block_count)
		remedy = ": the trace ends here, what is in it can be read; use -o to write "
				 "to a bigger disk";
	else if (is_full)
		remedy = ": no trace can be begun here, use -o to write to a bigger disk";
	if (ftruncate(writer->descriptor, (off_t)writer->offset))
		remedy = ", and the file could not be cut back to its last whole block";
	return error_set(error, "%s: %s%s", writer->path, strerror(cause), remedy);
}

/* Write both parts at writer->offset, completely. 0, or -1 and errno. */
static int write_all(struct trace_writer *writer, const void *first, size_t first_bytes,
                     const void *second, size_t second_bytes)
{
	struct iovec parts[2] = { { (void *)first, first_bytes },
		                      { (void *)second, second_bytes } };
	size_t bytes = first_bytes + second_bytes, done = 0, i, step;
	ssize_t wrote;

	while (done < bytes) {
		wrote = pwritev(writer->descriptor, parts, 2, (off_t)(writer->offset + done));
		if (wrote < 0 && errno == EINTR)
			continue;
		if (wrote < 0)
			return -1;
		/* Treated as a full disk, since trying again might go on for ever. */
		if (wrote == 0) {
			errno = ENOSPC;
			return -1;
		}
		done += (size_t)wrote;
		for (i = 0; i < 2; i++) {
			step = (size_t)wrote < parts[i].iov_len ? (size_t)wrote : parts[i].iov_len;
			if (step)
				parts[i].iov_base = (char *)parts[i].iov_base + step;
			parts[i].iov_len -= step;
			wrote -= (ssize_t)step;
		}
	}
	writer->offset += bytes;
	return 0;
}

/*
 * How many bytes may be stored almost uncompressed: the file is compressed again later, so the
 * disk must hold both copies and still be mostly free.
 */
static uint64_t hasty_max(int descriptor)
{
	struct statvfs disk;
	uint64_t bytes;

	if (fstatvfs(descriptor, &disk))
		return 0;
	bytes = (uint64_t)disk.f_bavail * disk.f_frsize / 8;
	return bytes < HASTY_BYTES_MAX ? bytes : HASTY_BYTES_MAX;
}

/* Each payload gets a checksum, so that a reader notices damage that still decompresses. */
int trace_writer_open(struct trace_writer *writer, int descriptor, const char *path,
                      uint64_t session, struct error *error)
{
	struct trace_header header = {
		.magic = TRACE_MAGIC,
		.version_major = FORMAT_VERSION_MAJOR,
		.version_minor = FORMAT_VERSION_MINOR,
		.header_bytes = sizeof(header),
		.session = session,
		.start_wall_ns = kernel_clock_ns(CLOCK_REALTIME),
	};

	memset(writer, 0, sizeof(*writer));
	writer->descriptor = descriptor;
	writer->level = LEVEL_DEFAULT;
	writer->hasty_max = hasty_max(descriptor);
	strncpy(writer->path, path, sizeof(writer->path) - 1);
	writer->context = ZSTD_createCCtx();
	if (!writer->context)
		return writer_fail(writer, ENOMEM, error);
	ZSTD_CCtx_setParameter(writer->context, ZSTD_c_checksumFlag, 1);
	if (write_all(writer, &header, sizeof(header), NULL, 0))
		return writer_fail(writer, errno, error);
	return 0;
}

int trace_writer_require(struct trace_writer *writer, uint64_t features,
                         struct error *error)
{
	if (pwrite(writer->descriptor, &features, sizeof(features),
	           offsetof(struct trace_header, features_required)) == sizeof(features))
		return 0;
	return writer_fail(writer, errno, error);
}

int trace_writer_header(struct trace_writer *writer, const struct trace_header *header,
                        struct error *error)
{
	struct trace_header copy = *header;

	if (copy.version_minor < FORMAT_VERSION_MINOR)
		copy.version_minor = FORMAT_VERSION_MINOR;
	copy.header_bytes = sizeof(copy);
	if (pwrite(writer->descriptor, &copy, sizeof(copy), 0) == sizeof(copy))
		return 0;
	return writer_fail(writer, errno, error);
}

/* Compress into writer->buffer. Returns the stored size, or 0 when memory is out. */
static size_t payload_compress(struct trace_writer *writer, const void *payload,
                               size_t bytes)
{
	size_t stored;

	if (array_reserve(writer->buffer, writer->buffer_bytes, ZSTD_compressBound(bytes)))
		return 0;
	ZSTD_CCtx_setParameter(writer->context, ZSTD_c_compressionLevel, writer->level);
	stored = ZSTD_compress2(writer->context, writer->buffer, writer->buffer_bytes,
	                        payload, bytes);
	return ZSTD_isError(stored) ? 0 : stored;
}

/*
 * The header and the payload are one write. If it fails, writer_fail() cuts off what was
 * written of it, and the trace ends with the block before.
 */
int trace_writer_stored(struct trace_writer *writer, const struct trace_block *about,
                        const void *stored, struct error *error)
{
	struct trace_block block = *about;

	if (writer->failure)
		return -1;
	block.magic = BLOCK_MAGIC;
	block.reserved = 0;
	if (write_all(writer, &block, sizeof(block), stored, block.stored_bytes))
		return writer_fail(writer, errno, error);
	writer->block_count++;
	writer->raw_bytes += block.raw_bytes;
	return 0;
}

int trace_writer_block(struct trace_writer *writer, const struct trace_block *about,
                       const void *payload, size_t bytes, struct error *error)
{
	struct trace_block block = *about;

	if (writer->failure)
		return -1;
	block.raw_bytes = bytes;
	block.stored_bytes = 0;
	if (bytes) {
		block.stored_bytes = payload_compress(writer, payload, bytes);
		if (!block.stored_bytes)
			return writer_fail(writer, ENOMEM, error);
		if (writer->level == LEVEL_HASTY)
			writer->hasty_bytes += block.stored_bytes;
	}
	return trace_writer_stored(writer, &block, writer->buffer, error);
}

int trace_writer_end(struct trace_writer *writer, struct error *error)
{
	struct trace_block about = { .type = BLOCK_END, .events = writer->block_count };

	return trace_writer_block(writer, &about, NULL, 0, error);
}

/*
 * The END block has no payload, so it is exactly one header long. It is overwritten by the
 * next block.
 */
void trace_writer_reopen(struct trace_writer *writer)
{
	if (writer->failure)
		return;
	writer->offset -= sizeof(struct trace_block);
	writer->block_count--;
}

int trace_writer_close(struct trace_writer *writer, struct error *error)
{
	int result = 0;

	ZSTD_freeCCtx(writer->context);
	free(writer->buffer);
	writer->context = NULL;
	writer->buffer = NULL;
	if (writer->descriptor >= 0 && close(writer->descriptor))
		result = error_set(error, "%s: %s", writer->path, strerror(errno));
	writer->descriptor = -1;
	return result;
}
