/*
 * modules/frame_rule.h - the rule that leads from a return address to the caller's frame, cached
 * for the whole process.
 *
 * A cached rule is one 64-bit word: no lock, no torn read. The low ADDRESS_BITS_LOW bits
 * of the address are folded into the index, the others are the tag, so that index and
 * tag together are the address. "No rule" is cached like any other.
 */
#ifndef OUTLIVE_PRELOAD_MODULES_FRAME_RULE_H
#define OUTLIVE_PRELOAD_MODULES_FRAME_RULE_H

#include <assert.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "arch.h"
#include "modules/cfi.h"

#define RULE_INDEX_BITS 15
#define RULE_BITS 32 /* kind 3, flags 2, cfa_offset / 8 14, fp_below / 8 13 */
static_assert(ARCH_ADDRESS_BITS - RULE_INDEX_BITS + RULE_BITS <= 64, "one word");

/* 0: an empty slot. */
extern _Atomic uint64_t frame_rules[1 << RULE_INDEX_BITS];

/* Packed. 0, what an empty slot says of the lowest addresses: CFI_NO_CODE. */
typedef uint32_t frame_rule;

static inline enum cfi_kind frame_rule_kind(frame_rule rule)
{
	return (enum cfi_kind)(rule & 7);
}

static inline uint32_t frame_rule_cfa_offset(frame_rule rule)
{
	return (rule >> 5 & 0x3fff) << 3;
}

static inline uint32_t frame_rule_fp_below(frame_rule rule)
{
	return rule >> 19 << 3;
}

/* True if a stub may stand in for a return address with this rule. */
static inline bool frame_rule_is_patchable(frame_rule rule)
{
	return (rule & 8) != 0;
}

/* True if the code is an unwinder's: no stub may appear while it is at work. */
static inline bool frame_rule_is_unwinder(frame_rule rule)
{
	return (rule & 16) != 0;
}

/* Look it up in the modules' tables, note the module, cache it. */
frame_rule frame_rule_miss(uintptr_t return_address);

/* Forget everything: a module is gone, and another may come where it was. */
void frame_rule_flush(void);

/* The cached rule; 0: it is not cached, or not to be. */
static inline frame_rule frame_rule_known(uintptr_t return_address)
{
	uint32_t index = (uint32_t)(return_address ^ return_address >> RULE_INDEX_BITS) &
	                 ((1u << RULE_INDEX_BITS) - 1);
	/* Relaxed: the word is all there is. */
	uint64_t word = atomic_load_explicit(&frame_rules[index], memory_order_relaxed);

	return word >> RULE_BITS == return_address >> RULE_INDEX_BITS ? (frame_rule)word
	                                                              : 0;
}

static inline frame_rule frame_rule_get(uintptr_t return_address)
{
	uint32_t index = (uint32_t)(return_address ^ return_address >> RULE_INDEX_BITS) &
	                 ((1u << RULE_INDEX_BITS) - 1);
	/* Relaxed: the word is all there is. */
	uint64_t word = atomic_load_explicit(&frame_rules[index], memory_order_relaxed);

	if (__builtin_expect(word >> RULE_BITS == return_address >> RULE_INDEX_BITS, 1))
		return (frame_rule)word;
	return frame_rule_miss(return_address);
}

#endif
