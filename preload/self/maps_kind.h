/*
 * self/maps_kind.h - whose an anonymous mapping is, by what begins there.
 *
 * As the analyzer looks at a living process from outside: by /proc/self/mem, which fails
 * where another thread has unmapped what is read, and gives the process no page.
 */
#ifndef OUTLIVE_PRELOAD_SELF_MAPS_KIND_H
#define OUTLIVE_PRELOAD_SELF_MAPS_KIND_H

#include <stdint.h>

#include "trace_format.h"

/* One picture's looks. */
struct maps_look {
	int memory;           /* /proc/self/mem; -1: not opened yet, or not to be had */
	uint32_t pieces_left; /* that it may yet look at: 0 ends it */
};

/* `pieces`: some two microseconds each. None where system calls are filtered. */
struct maps_look maps_look_begin(uint32_t pieces);
void maps_look_end(struct maps_look *look);

/* Of a private, anonymous mapping without a name that can be read and written. */
enum maps_kind maps_look_kind(struct maps_look *look, uint64_t start, uint64_t end);

/*
 * The same of one that begins where the data of an ELF file ends, which is mapped from `base`
 * on: MAPS_KIND_BSS, or MAPS_KIND_APART; UNTOLD if the file's headers cannot be read.
 */
enum maps_kind maps_look_bss(struct maps_look *look, uint64_t base, uint64_t start,
                             uint64_t end);

#endif
