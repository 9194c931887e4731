/*
 * self/maps_kind.h - what an anonymous mapping holds, by the words at its start.
 *
 * Reads /proc/self/mem, as the analyzer does from outside: that fails if another thread has
 * unmapped the address, and gives the process no new page.
 */
#ifndef OUTLIVE_PRELOAD_SELF_MAPS_KIND_H
#define OUTLIVE_PRELOAD_SELF_MAPS_KIND_H

#include <stdbool.h>
#include <stdint.h>

#include "record_format.h"

/* What one snapshot reads of mappings. */
struct maps_reading {
	int memory;           /* /proc/self/mem; -1: not open yet, or not available */
	uint32_t pieces_left; /* pieces that may still be read; 0 ends it */
};

/*
 * `pieces`: reads allowed, about two microseconds each. None where system calls are filtered.
 */
struct maps_reading maps_reading_begin(uint32_t pieces);
void maps_reading_end(struct maps_reading *reading);

/* Read the two words at an address. False: they are not in memory, or no read is left. */
bool maps_reading_words(struct maps_reading *reading, uint64_t address,
                        uint64_t words[2]);

/* The kind of a private, anonymous, nameless mapping that can be read and written. */
enum maps_kind maps_reading_kind(struct maps_reading *reading, uint64_t start,
                                 uint64_t end);

/*
 * The kind of such a mapping that begins where the data of an ELF file ends; the file is mapped
 * from `base` on. MAPS_KIND_BSS or MAPS_KIND_APART; UNTOLD if the file's headers cannot be
 * read.
 */
enum maps_kind maps_reading_bss(struct maps_reading *reading, uint64_t base,
                                uint64_t start, uint64_t end);

/*
 * The kind of such a mapping that lies above a guard and ends at `end`: MAPS_KIND_STACK or
 * MAPS_KIND_GUARDED; UNTOLD if it cannot be read. One caller at a time.
 */
enum maps_kind maps_reading_stack(struct maps_reading *reading, uint64_t end);

/*
 * Whether such a mapping begins where an arena of glibc could, but has no header of one. Go's
 * arenas are at such addresses, too.
 */
bool maps_reading_is_no_arena(struct maps_reading *reading, uint64_t start);

#endif
