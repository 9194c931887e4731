/* trace/symbol_block.c - reads the names in a SYMBOLS block. */
#include "trace/symbol_block.h"

#include "elf/library_name.h"
#include "trace/payload_part.h"
#include "trace_format.h"

#include <stdbool.h>
#include <string.h>

/* The parts of a payload, with lengths checked. They may be unaligned. */
struct payload {
	struct symbols_header header;
	const uint8_t *addresses, *frames;
	const char *strings; /* ends with a NUL */
	const uint8_t
		*homes; /* NULL: none, and no frame says whether it is the library's */
	const uint8_t *missing;
	uint64_t missing_count;
};

/* Find the parts. The last string must end, so every string that begins among them ends there. */
static int payload_split(struct payload *payload, const uint8_t *data, size_t bytes,
                         struct error *error)
{
	struct symbols_header *header = &payload->header;
	uint64_t left;

	if (bytes < sizeof(*header))
		return error_set(error, "the symbols are shorter than their header");
	memcpy(header, data, sizeof(*header));
	data += sizeof(*header);
	left = bytes - sizeof(*header);
	payload->addresses = payload_part_take(&data, &left, header->address_count,
	                                       sizeof(struct symbols_address));
	if (!payload->addresses)
		return error_set(error, "the symbols have no room for their addresses");
	payload->frames = payload_part_take(&data, &left, header->frame_count,
	                                    sizeof(struct symbols_frame));
	if (!payload->frames)
		return error_set(error, "the symbols have no room for their frames");
	payload->strings = (const char *)payload_part_take(&data, &left,
	                                                   header->string_bytes, 1);
	if (!payload->strings)
		return error_set(error, "the symbols have no room for their strings");
	if (!header->string_bytes || payload->strings[header->string_bytes - 1])
		return error_set(error, "the symbols' strings do not end");
	payload->homes = NULL;
	if (!left)
		return 0;
	payload->homes = payload_part_take(&data, &left, header->frame_count,
	                                   sizeof(uint32_t));
	if (!payload->homes)
		return error_set(error, "the symbols have no room for their functions' files");
	payload->missing = data;
	payload->missing_count = left / sizeof(struct symbols_missing);
	return 0;
}

static struct symbols_frame payload_frame(const struct payload *payload, uint64_t index)
{
	struct symbols_frame frame;

	memcpy(&frame, payload->frames + index * sizeof(frame), sizeof(frame));
	return frame;
}

static struct symbols_address payload_address(const struct payload *payload, uint64_t i)
{
	struct symbols_address address;

	memcpy(&address, payload->addresses + i * sizeof(address), sizeof(address));
	return address;
}

/* Where the home of a frame is among the strings. */
static uint32_t payload_home(const struct payload *payload, uint64_t index)
{
	uint32_t home = 0;

	if (payload->homes)
		memcpy(&home, payload->homes + index * sizeof(home), sizeof(home));
	return home;
}

static struct symbols_missing payload_missing(const struct payload *payload, uint64_t i)
{
	struct symbols_missing missing;

	memcpy(&missing, payload->missing + i * sizeof(missing), sizeof(missing));
	return missing;
}

/*
 * The text that follows the name of the frame's function; "": it has none; NULL: it would be
 * beyond the strings.
 */
static const char *payload_declared(const struct payload *payload,
                                    const struct symbols_frame *frame)
{
	const char *function = payload->strings + frame->function;
	uint64_t at = frame->function + strlen(function) + 1;

	if (!(frame->flags & SYMBOL_DECLARED))
		return "";
	return at < payload->header.string_bytes ? payload->strings + at : NULL;
}

/* Checks all before anything is added, so that a damaged block adds nothing. */
static int payload_check(const struct payload *payload, struct error *error)
{
	struct symbols_address address;
	struct symbols_frame frame;
	uint64_t i;

	for (i = 0; i < payload->missing_count; i++) {
		if (payload_missing(payload, i).path >= payload->header.string_bytes)
			return error_set(error,
			                 "symbols: missing file %llu has a path that is not there",
			                 (unsigned long long)i);
	}

	for (i = 0; i < payload->header.address_count; i++) {
		address = payload_address(payload, i);
		if (address.frame_first > payload->header.frame_count ||
		    address.frame_count > payload->header.frame_count - address.frame_first)
			return error_set(error,
			                 "symbols: address %llu has frames that are not there",
			                 (unsigned long long)i);
	}
	for (i = 0; i < payload->header.frame_count; i++) {
		frame = payload_frame(payload, i);
		if (frame.function >= payload->header.string_bytes ||
		    frame.file >= payload->header.string_bytes ||
		    payload_home(payload, i) >= payload->header.string_bytes ||
		    !payload_declared(payload, &frame))
			return error_set(error,
			                 "symbols: frame %llu has strings that are not there",
			                 (unsigned long long)i);
	}
	return 0;
}

/* Add a frame. Blocks of before 1.3 do not say what is the library's, only names do. */
static int payload_add(struct symbol_table *table, const struct payload *payload,
                       uint64_t index)
{
	struct symbols_frame frame = payload_frame(payload, index);
	const char *function = payload->strings + frame.function;

	return symbol_table_add(
		table, &(struct symbol_frame){
				   .function = function,
				   .file = payload->strings + frame.file,
				   .line = frame.line,
				   .inlined = frame.flags & SYMBOL_INLINED,
				   .is_coroutine = payload->homes && (frame.flags & SYMBOL_COROUTINE),
				   .is_library = payload->homes ? frame.flags & SYMBOL_LIBRARY
	                                            : is_library_text(function),
				   .declared = payload_declared(payload, &frame),
				   .home = payload->strings + payload_home(payload, index),
				   .home_line = payload->homes ? frame.flags >> SYMBOL_LINE_SHIFT : 0,
			   });
}

int symbol_block_load(struct symbol_table *table, const uint8_t *data, size_t bytes,
                      struct error *error)
{
	struct symbols_address address;
	struct symbols_missing missing;
	struct payload payload = { .missing_count = 0 };
	uint64_t i, used = 0;
	uint32_t j;

	if (payload_split(&payload, data, bytes, error) || payload_check(&payload, error))
		return -1;
	for (i = 0; i < payload.missing_count; i++) {
		missing = payload_missing(&payload, i);
		if (symbol_table_add_missing(table, missing.module,
		                             payload.strings + missing.path))
			return error_set(error, "out of memory for the symbols");
	}
	for (i = 0; i < payload.header.address_count; i++) {
		address = payload_address(&payload, i);
		/* Addresses may share frames, but must not blow up a small block. */
		used += address.frame_count;
		if (used > payload.header.frame_count * 4)
			return error_set(error, "symbols: address %llu has too many frames",
			                 (unsigned long long)i);
		if (symbol_table_begin(table, address.module, address.offset))
			return error_set(error, "out of memory for the symbols");
		for (j = 0; j < address.frame_count; j++) {
			if (payload_add(table, &payload, address.frame_first + j))
				return error_set(error, "out of memory for the symbols");
		}
	}
	return 0;
}
