/*
 * segments/symbols.h - the biggest functions and variables of a living process: what code
 * and data consist of, by the symbol tables of its modules.
 */
#ifndef OUTLIVE_SEGMENTS_SYMBOLS_H
#define OUTLIVE_SEGMENTS_SYMBOLS_H

#include "segments/segment.h"

#define SECTION_NAME_BYTES 32
#define RESIDENT_UNKNOWN UINT64_MAX

struct segment_symbol {
	char *name; /* demangled */
	char *file; /* where it is defined, as debug information says; or NULL */
	uint32_t module;
	enum segment segment; /* CODE, RODATA, DATA or BSS */
	char section[SECTION_NAME_BYTES];
	uint64_t address, size;
	uint64_t resident; /* of these bytes, in pages this process touched; or UNKNOWN */
};

struct segment_symbols {
	size_t count;
	struct segment_symbol *symbols; /* biggest first */
	uint64_t left_out;              /* symbols that are smaller */
	struct {
		uint64_t symbols, bytes;
	} sums[SEGMENT_COUNT]; /* of all, by segment; what has two names counts once */
	uint32_t nameless;     /* modules without any symbol, or whose file is gone */
};

/*
 * The biggest `top` of them (0: all). Files are read where the process sees them. 0, or
 * -1: memory is out.
 */
int segment_symbols_find(struct segment_symbols *symbols,
                         const struct segments *segments, uint64_t top);
void segment_symbols_release(struct segment_symbols *symbols);

#endif
