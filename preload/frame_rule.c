/*
 * frame_rule.c - fill and flush the cache of frame rules. Layer 4.
 */
#include "frame_rule.h"

#include "module_map.h"

_Atomic uint64_t frame_rules[1 << RULE_INDEX_BITS];

static frame_rule rule_pack(struct cfi_rule rule)
{
	if (rule.cfa_offset >> 3 > 0x7fff || rule.bp_below >> 3 > 0x3fff)
		rule = (struct cfi_rule){ CFI_COMPLEX, 0, 0 };
	return ((uint32_t)rule.kind + 1) | (rule.cfa_offset >> 3) << 3 |
	       (rule.bp_below >> 3) << 18;
}

frame_rule frame_rule_miss(uintptr_t return_address)
{
	uint32_t index = (uint32_t)(return_address ^ return_address >> RULE_INDEX_BITS) &
			 ((1u << RULE_INDEX_BITS) - 1);
	struct cfi_module module;
	frame_rule rule;

	if (return_address == 0 || return_address >> ARCH_ADDRESS_BITS)
		return rule_pack((struct cfi_rule){ CFI_END, 0, 0 });
	/* An address outside every module may be inside one tomorrow: not cached. */
	if (!cfi_module_find(return_address - 1, &module))
		return rule_pack((struct cfi_rule){ CFI_NONE, 0, 0 });
	rule = rule_pack(cfi_rule_find(&module, return_address));
	if (module_map_note(&module))
		atomic_store_explicit(&frame_rules[index],
				      (uint64_t)(return_address >> RULE_INDEX_BITS)
						      << RULE_BITS |
					      rule,
				      memory_order_relaxed);
	return rule;
}

void frame_rule_flush(void)
{
	for (uint32_t i = 0; i < 1u << RULE_INDEX_BITS; i++)
		atomic_store_explicit(&frame_rules[i], 0, memory_order_relaxed);
}
