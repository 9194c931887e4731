/*
 * segments/symbols.h - the largest functions and variables of a running process: what its code
 * and data consist of, by the symbol tables of its modules.
 */
#ifndef OUTLIVE_SEGMENTS_SYMBOLS_H
#define OUTLIVE_SEGMENTS_SYMBOLS_H

#include "segments/segment.h"

#define SECTION_NAME_BYTES 32
#define RESIDENT_UNKNOWN UINT64_MAX

struct segment_symbol {
	char *name; /* demangled */
	char *file; /* source file by debug information, or NULL */
	uint32_t module;
	enum segment segment; /* CODE, RODATA, DATA or BSS */
	char section[SECTION_NAME_BYTES];
	uint64_t address, size;
	uint64_t resident; /* bytes in this process's resident pages; or RESIDENT_UNKNOWN */
};

struct segment_symbols {
	size_t count;
	struct segment_symbol *symbols; /* largest first */
	uint64_t left_out;              /* number of smaller symbols */
	struct {
		uint64_t symbols, bytes;
	} sums
		[SEGMENT_COUNT]; /* of all symbols, by segment; an address with two names counts once */
	uint32_t nameless; /* modules without symbols, or whose file is gone */
};

/*
 * Find the largest `top` symbols (0: all). Files are opened as the process sees them. 0, or -1:
 * memory is out.
 */
int segment_symbols_find(struct segment_symbols *symbols,
                         const struct segments *segments, uint64_t top);
void segment_symbols_release(struct segment_symbols *symbols);

#endif
