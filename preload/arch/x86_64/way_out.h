/*
 * way_out.h - how far it is to the return address, by a function's code. x86-64.
 */
#ifndef OUTLIVE_WAY_OUT_H
#define OUTLIVE_WAY_OUT_H

#include <stdint.h>

/*
 * `code` is a return address in a C function that has no call frame information. Follow the
 * instructions from there to the return, jumps that are conditional not taken. Returns how far
 * above the stack pointer that the call leaves the function's own return address is; -1: it
 * does not show. A call on the way may be one that never returns, and what follows may belong to
 * another function; so the result needs a proof: what is found there. Reads nothing outside
 * [start, end).
 */
int32_t way_out_bytes(const uint8_t *code, const uint8_t *start, const uint8_t *end);

#endif
