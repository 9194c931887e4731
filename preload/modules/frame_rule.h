/*
 * modules/frame_rule.h - the rule that leads from a return address to the caller's frame,
 * cached for the whole process.
 *
 * A cached rule is one 64-bit word: no lock, no torn read. The low RULE_INDEX_BITS bits of the
 * address are folded into the index and the others are the tag, so that index and tag together
 * are the address. A missing rule is cached like any other. A rule that another one replaces
 * is kept in a second table, where the same addresses have other indexes. The return addresses
 * of a program as large as a compiler do not all find slots of their own, and it takes long to
 * read a module's tables again.
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

/* Returns the index of an address. */
static inline uint32_t frame_rule_index(uintptr_t return_address)
{
	return (uint32_t)(return_address ^ return_address >> RULE_INDEX_BITS) &
	       ((1u << RULE_INDEX_BITS) - 1);
}

/*
 * A packed rule. 0, which an empty slot yields for the lowest addresses, is CFI_NO_CODE. With
 * CFI_SP, what is read is between the slot and the CFA: 0 < cfa_offset and fp_below <= cfa_offset.
 */
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

/*
 * Whether it is CFI_SP, and a stub may replace the return address, and it is not an unwinder's:
 * all that a short walk asks, in one.
 */
static inline bool frame_rule_is_usual(frame_rule rule)
{
	return (rule & 31) == (CFI_SP | 8);
}

/* Whether a stub may replace a return address with this rule. */
static inline bool frame_rule_is_patchable(frame_rule rule)
{
	return (rule & 8) != 0;
}

/* Whether the code is an unwinder's: no stub may be set while it works. */
static inline bool frame_rule_is_unwinder(frame_rule rule)
{
	return (rule & 16) != 0;
}

/* Returns the rule if it was replaced by another and is kept; 0: it is not. Caches it again. */
frame_rule frame_rule_replaced(uintptr_t return_address);

/*
 * Returns the rule if it was replaced; else finds it in the modules' tables, records the module.
 * Caches the rule.
 */
frame_rule frame_rule_miss(uintptr_t return_address);

/* Forget all rules: a module is gone, and another may be mapped in its place. */
void frame_rule_flush(void);

/* Returns the cached rule; 0: it is not cached, or must not be. */
static inline frame_rule frame_rule_known(uintptr_t return_address)
{
	uint32_t index = frame_rule_index(return_address);
	/* Relaxed: the word depends on no other memory. */
	uint64_t word = atomic_load_explicit(&frame_rules[index], memory_order_relaxed);

	return word >> RULE_BITS == return_address >> RULE_INDEX_BITS
	           ? (frame_rule)word
	           : frame_rule_replaced(return_address);
}

static inline frame_rule frame_rule_get(uintptr_t return_address)
{
	uint32_t index = frame_rule_index(return_address);
	/* Relaxed: the word depends on no other memory. */
	uint64_t word = atomic_load_explicit(&frame_rules[index], memory_order_relaxed);

	if (__builtin_expect(word >> RULE_BITS == return_address >> RULE_INDEX_BITS, 1))
		return (frame_rule)word;
	return frame_rule_miss(return_address);
}

#endif
