/* trace/file.c - steps through the blocks of a trace file. */
#include "trace/file.h"

#include "base/array.h"

#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#define HEADER_BYTES_MAX (1u << 20)
#define SEARCH_BYTES 65536
/* No payload of ours compresses better than this; a block that claims to is a bomb. */
#define COMPRESSION_MAX 40000

/*
 * Only these errors stop the reading of a trace: they mean that nothing further in it can be
 * understood. A minor version is never refused; a longer header is skipped.
 */
int trace_file_start(struct trace_file *file, const struct byte_source *source,
                     struct error *error)
{
	struct trace_header *header = &file->header;
	uint64_t unknown;

	*file = (struct trace_file){ .source = source };
	if (byte_source_read(source, 0, header, sizeof(*header), error))
		return -1;
	if (header->magic != TRACE_MAGIC)
		return error_set(error, "%s at byte 0: is no trace of outlive", source->name);
	if (header->version_major != FORMAT_VERSION_MAJOR)
		return error_set(error,
		                 "%s: has format version %u.%u, this outlive reads %d.x; "
		                 "use the outlive that made it",
		                 source->name, header->version_major, header->version_minor,
		                 FORMAT_VERSION_MAJOR);
	unknown = header->features_required & ~FEATURES_REQUIRED_KNOWN;
	if (unknown)
		return error_set(error,
		                 "%s: needs features (bits %#llx) that this outlive does "
		                 "not know; use a newer one",
		                 source->name, (unsigned long long)unknown);
	if (header->header_bytes < sizeof(*header) ||
	    header->header_bytes > HEADER_BYTES_MAX)
		return error_set(error, "%s at byte 12: a header of %u bytes cannot be",
		                 source->name, header->header_bytes);
	file->at = header->header_bytes;
	return 0;
}

/* Check the header of a block at `at`. NULL, or what is wrong with it. */
static const char *block_check(const struct byte_source *source, uint64_t at,
                               struct trace_block *block)
{
	if (byte_source_read(source, at, block, sizeof(*block), NULL))
		return "is cut short in a block's header";
	if (block->magic != BLOCK_MAGIC)
		return "no block begins here";
	if (block->stored_bytes > source->bytes - at - sizeof(*block))
		return "is cut short in a block";
	if (block->raw_bytes > BLOCK_RAW_BYTES_MAX ||
	    block->raw_bytes / COMPRESSION_MAX > block->stored_bytes)
		return "a block's size cannot be";
	return NULL;
}

/* The first offset from `at` on where a whole block may begin, or UINT64_MAX. */
static uint64_t block_search(const struct byte_source *source, uint64_t at)
{
	const size_t magic_at = offsetof(struct trace_block, magic);
	const uint64_t magic = BLOCK_MAGIC;
	uint8_t *window = malloc(SEARCH_BYTES);
	uint64_t found = UINT64_MAX, from, bytes;
	struct trace_block block;
	uint8_t *hit;

	/*
	 * Windows overlap by 7 bytes, so that a magic number of 8 across their border is found.
	 * The number may occur in a payload by chance: a header whose sizes fit must be around
	 * it.
	 */
	for (from = at; window && found == UINT64_MAX; from += bytes - 7) {
		bytes = from < source->bytes ? source->bytes - from : 0;
		if (bytes > SEARCH_BYTES)
			bytes = SEARCH_BYTES;
		if (bytes < 8 || byte_source_read(source, from, window, bytes, NULL))
			break;
		hit = window;
		while ((hit = memmem(hit, (size_t)(window + bytes - hit), &magic, 8))) {
			found = from + (uint64_t)(hit - window);
			if (found >= at + magic_at &&
			    !block_check(source, found - magic_at, &block)) {
				found -= magic_at;
				break;
			}
			found = UINT64_MAX;
			hit++;
		}
	}
	free(window);
	return found;
}

/*
 * The END block holds the number of blocks before it in `events`. Fewer blocks were found:
 * some were damaged and skipped.
 */
static void end_check(struct trace_file *file, const struct trace_block *block,
                      struct problem_list *problems)
{
	if (block->events <= file->blocks)
		file->is_complete = true;
	else
		problem_add(problems, "%s: %llu of its %llu blocks are missing",
		            file->source->name,
		            (unsigned long long)(block->events - file->blocks),
		            (unsigned long long)block->events);
	file->has_end = true;
	file->is_ended = true;
}

/* Whether the last block of a file is only there in part. */
static bool is_unfinished(const struct trace_file *file,
                          const struct trace_block *block)
{
	uint64_t left = file->source->bytes - file->at;

	return left < sizeof(*block) ||
	       (block->magic == BLOCK_MAGIC && block->stored_bytes > left - sizeof(*block));
}

/*
 * At damage, searches on from the next byte; the damaged block's own length is not believed.
 * Each call returns a block or ends the file, so the caller's loop ends.
 */
int trace_file_next(struct trace_file *file, struct trace_block *block,
                    uint64_t *offset, struct problem_list *problems)
{
	const char *wrong;
	uint64_t next;

	while (!file->is_ended && file->at < file->source->bytes) {
		wrong = block_check(file->source, file->at, block);
		if (wrong && file->is_growing && is_unfinished(file, block))
			return 0;
		if (wrong) {
			next = block_search(file->source, file->at + 1);
			problem_add(problems, "%s at byte %llu: %s; %s", file->source->name,
			            (unsigned long long)file->at, wrong,
			            next == UINT64_MAX ? "nothing after it can be read"
			                               : "skipped to the next block");
			file->is_ended = next == UINT64_MAX;
			file->at = next;
			continue;
		}
		*offset = file->at + sizeof(*block);
		file->at = *offset + block->stored_bytes;
		if (block->type == BLOCK_END) {
			end_check(file, block, problems);
			return 0;
		}
		file->blocks++;
		return 1;
	}
	file->is_ended = !file->is_growing;
	return 0;
}

struct payload_reader {
	ZSTD_DCtx *zstd;
	uint8_t *stored; /* compressed bytes of the last payload */
	size_t capacity;
};

struct payload_reader *payload_reader_new(void)
{
	struct payload_reader *payloads = calloc(1, sizeof(*payloads));

	if (!payloads)
		return NULL;
	payloads->zstd = ZSTD_createDCtx();
	if (!payloads->zstd) {
		free(payloads);
		return NULL;
	}
	return payloads;
}

void payload_reader_free(struct payload_reader *payloads)
{
	if (!payloads)
		return;
	ZSTD_freeDCtx(payloads->zstd);
	free(payloads->stored);
	free(payloads);
}

/*
 * Both sizes come from the block's header, which block_check() has limited. zstd checks its
 * own checksum; a payload that decompresses to another size is damaged, too.
 */
int payload_read(struct payload_reader *payloads, const struct byte_source *source,
                 uint64_t offset, uint64_t stored_bytes, uint8_t *to,
                 uint64_t raw_bytes, struct error *error)
{
	unsigned long long at = offset;
	size_t got;

	if (array_reserve(payloads->stored, payloads->capacity,
	                  stored_bytes ? stored_bytes : 1))
		return error_set(error, "%s at byte %llu: out of memory for a block",
		                 source->name, at);
	if (byte_source_read(source, offset, payloads->stored, stored_bytes, error))
		return -1;
	got = ZSTD_decompressDCtx(payloads->zstd, to, raw_bytes, payloads->stored,
	                          stored_bytes);
	if (ZSTD_isError(got))
		return error_set(error, "%s at byte %llu: a block is damaged: %s", source->name,
		                 at, ZSTD_getErrorName(got));
	if (got != raw_bytes)
		return error_set(error, "%s at byte %llu: a block holds %zu bytes, not %llu",
		                 source->name, at, got, (unsigned long long)raw_bytes);
	return 0;
}
