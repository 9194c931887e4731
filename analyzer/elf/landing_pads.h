/*
 * elf/landing_pads.h - where a function goes on when a call in it throws: its table of
 * exceptions (LSDA), which .gcc_except_table holds and the function's frame description names.
 */
#ifndef OUTLIVE_ELF_LANDING_PADS_H
#define OUTLIVE_ELF_LANDING_PADS_H

#include <gelf.h>
#include <stddef.h>
#include <stdint.h>

/* What is thrown by a call in [low, high) goes on at `pad`. */
struct landing_pad {
	uint64_t low, high;
	uint64_t pad;
};

/* Zeroed is empty; the owner frees `list`. */
struct landing_pads {
	struct landing_pad *list;
	size_t count, capacity;
};

/*
 * Add the landing pads of the function whose frame description is at the address `frame` of
 * the file; none if it has no table. 0, or -1: what is there cannot be understood (then some
 * may have been added), or memory is out.
 */
int landing_pads_read(struct landing_pads *pads, Elf *elf, uint64_t frame);

/*
 * Add those of one table, of which at most `count` bytes are at `bytes`. `address`: of the
 * table; `function`: where the function begins. 0, or -1.
 */
int landing_pads_parse(struct landing_pads *pads, const uint8_t *bytes, size_t count,
                       uint64_t address, uint64_t function);

/* The landing pad of a call that has a byte at the address; 0: none. */
uint64_t landing_pads_find(const struct landing_pads *pads, uint64_t address);

#endif
