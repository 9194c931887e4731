/*
 * modules/frame_rule.c - fill and flush the cache of frame rules.
 */
#include "modules/frame_rule.h"

#include "go/runtime.h"
#include "system/recorder.h"
#include "modules/code_map.h"
#include "modules/map.h"
#include "modules/real.h"

#define CFA_OFFSET_MAX (0x3fffu << 3) /* of a packed rule */

#define RULE_SLOTS (1u << RULE_INDEX_BITS)

_Atomic uint64_t frame_rules[RULE_SLOTS];

/* Rules that were replaced. Pages of it are touched only once there are some. */
static _Atomic uint64_t replaced_rules[RULE_SLOTS];
static _Atomic bool were_replaced;
static _Atomic uint32_t flushes;

/*
 * Whether a stub may replace a return address with this rule. Not if it is unknown how to
 * unwind the frame. If the recorder does not see a throw begin, a stub may be there in the
 * throw's second phase that was not there in the first. That matters only if the stub is right
 * before the frame that catches. So if a module has an unwinder of its own, only its frames
 * without a personality get a stub. The frames of an unwinder are excluded before this is
 * asked: flags_of(), stack_walk_short().
 */
static bool rule_is_patchable(const struct cfi_rule *rule,
                              enum module_unwinder unwinder)
{
	if (rule->kind == CFI_NONE || rule->kind == CFI_NO_CODE)
		return false;
	return unwinder == MODULE_UNWINDER_SHARED ||
	       (unwinder == MODULE_UNWINDER_OWN && !rule->has_personality);
}

static frame_rule rule_pack(struct cfi_rule rule, enum module_unwinder unwinder)
{
	bool patchable = rule_is_patchable(&rule, unwinder);

	if (rule.cfa_offset > CFA_OFFSET_MAX || rule.fp_below >> 3 > 0x1fff ||
	    (rule.kind == CFI_SP &&
	     (!rule.cfa_offset || rule.fp_below > rule.cfa_offset))) {
		rule.kind = CFI_COMPLEX;
		rule.cfa_offset = rule.fp_below = 0;
	}
	return (uint32_t)rule.kind | (uint32_t)patchable << 3 |
	       (uint32_t)(unwinder == MODULE_UNWINDER_ITSELF) << 4 |
	       (rule.cfa_offset >> 3) << 5 | (rule.fp_below >> 3) << 19;
}

/* ---- the cache ------------------------------------------------------------------ */

/* Addresses that have the same index have different ones here. */
static uint32_t replaced_index(uintptr_t return_address)
{
	uint64_t tag = return_address >> RULE_INDEX_BITS;

	return (uint32_t)(return_address ^ tag * UINT64_C(0x9e3779b97f4a7c15) >> 32) &
	       (RULE_SLOTS - 1);
}

/* The address of the word at this index of frame_rules. */
static uintptr_t address_of(uint64_t word, uint32_t index)
{
	uintptr_t tag = word >> RULE_BITS;

	return tag << RULE_INDEX_BITS | ((index ^ tag) & (RULE_SLOTS - 1));
}

/*
 * Keep a rule that was read from the cache after `flushes_seen` flushes. If there is another
 * flush meanwhile, the rule may be one of those to be forgotten: either the flush finds it here,
 * or this finds that there was one.
 */
static void rule_keep(uint64_t word, uint32_t index, uint32_t flushes_seen)
{
	_Atomic uint64_t *kept = &replaced_rules[replaced_index(address_of(word, index))];

	atomic_store(&were_replaced, true);
	atomic_store(kept, word);
	if (atomic_load(&flushes) != flushes_seen)
		atomic_store(kept, 0);
}

static void rule_cache(uintptr_t return_address, frame_rule rule)
{
	uint32_t flushes_seen = atomic_load(&flushes),
			 index = frame_rule_index(return_address);
	uint64_t tag = return_address >> RULE_INDEX_BITS;
	/* Relaxed: the word depends on no other memory. */
	uint64_t old = atomic_load_explicit(&frame_rules[index], memory_order_relaxed);

	atomic_store_explicit(&frame_rules[index], tag << RULE_BITS | rule,
	                      memory_order_relaxed);
	if (old && old >> RULE_BITS != tag)
		rule_keep(old, index, flushes_seen);
}

frame_rule frame_rule_replaced(uintptr_t return_address)
{
	uint64_t word;

	if (!atomic_load_explicit(&were_replaced, memory_order_relaxed))
		return 0;
	word = atomic_load_explicit(&replaced_rules[replaced_index(return_address)],
	                            memory_order_relaxed);
	if (word >> RULE_BITS != return_address >> RULE_INDEX_BITS || !(frame_rule)word)
		return 0;
	rule_cache(return_address, (frame_rule)word);
	return (frame_rule)word;
}

void frame_rule_flush(void)
{
	atomic_fetch_add(&flushes, 1);
	for (uint32_t i = 0; i < RULE_SLOTS; i++)
		atomic_store_explicit(&frame_rules[i], 0, memory_order_relaxed);
	if (!atomic_load(&were_replaced))
		return;
	for (uint32_t i = 0; i < RULE_SLOTS; i++)
		atomic_store_explicit(&replaced_rules[i], 0, memory_order_relaxed);
}

/* ---- rules found ---------------------------------------------------------------- */

static _Atomic bool exit_was_met;

static bool is_in_exit(uintptr_t return_address)
{
	return return_address - (uintptr_t)real.exit - 1 < real.exit_bytes;
}

/*
 * For an address without call frame information: is it code? `module`: NULL outside all
 * modules.
 */
static enum cfi_kind kind_uncovered(const struct cfi_module *module,
                                    uintptr_t return_address)
{
	uintptr_t call = return_address - 1;

	return (module && cfi_module_code_end(module, call)) || code_map_holds(call)
	           ? CFI_NONE
	           : CFI_NO_CODE;
}

/*
 * The rule for a frame of Go code. No stub is ever put there: Go finds each return address. *is_c:
 * it is C, of whose return addresses Go knows nothing.
 */
static struct cfi_rule rule_of_go(const struct go_runtime *runtime, uintptr_t pc,
                                  bool *is_c)
{
	static const enum cfi_kind kinds[] = {
		[GO_FRAME_UNKNOWN] = CFI_NONE, [GO_FRAME_PLAIN] = CFI_SP,
		[GO_FRAME_TOP] = CFI_END,      [GO_FRAME_SWITCH] = CFI_SWITCH,
		[GO_FRAME_BY_FP] = CFI_FP,     [GO_FRAME_C] = CFI_SWITCH, /* a walk proves it */
	};
	struct go_frame frame = go_frame_find(runtime, pc);

	*is_c = frame.kind == GO_FRAME_C;
	/* A walk asks again how large it is. */
	if (frame.kind == GO_FRAME_PLAIN && frame.cfa_offset > CFA_OFFSET_MAX)
		return (struct cfi_rule){ .kind = CFI_SWITCH };
	return (struct cfi_rule){ .kind = kinds[frame.kind],
		                      .cfa_offset = frame.cfa_offset,
		                      .fp_below = frame.fp_below };
}

frame_rule frame_rule_miss(uintptr_t return_address)
{
	enum module_unwinder unwinder = MODULE_UNWINDER_OWN;
	struct cfi_module module;
	const struct go_runtime *runtime;
	struct cfi_rule found;
	frame_rule rule;
	bool recorded, is_c;

	if (!return_address || return_address >> ARCH_ADDRESS_BITS)
		return rule_pack((struct cfi_rule){ .kind = CFI_NO_CODE }, unwinder);
	rule = frame_rule_replaced(return_address);
	if (rule)
		return rule;
	/* Not cached: an address outside every module may be in one later. */
	if (!cfi_module_find(return_address - 1, &module))
		return rule_pack(
			(struct cfi_rule){ .kind = kind_uncovered(NULL, return_address) },
			unwinder);
	recorded = module_map_add(&module, &unwinder);
	runtime = go_runtime_at(return_address);
	if (runtime) {
		found = rule_of_go(runtime, return_address, &is_c);
		if (!is_c)
			unwinder = MODULE_UNWINDER_TABLES;
	} else {
		found = cfi_rule_find(&module, return_address);
	}
	if (found.kind == CFI_NONE) {
		found.kind = kind_uncovered(&module, return_address);
		recorded = recorded && found.kind == CFI_NONE;
	}
	if (is_in_exit(return_address) && found.kind != CFI_NONE &&
	    !atomic_exchange_explicit(&exit_was_met, true, memory_order_relaxed)) {
		/*
		 * Not patchable and not cached, so that this event takes the long walk and
		 * notices exit().
		 */
		unwinder = MODULE_UNWINDER_TABLES;
		recorded = false;
		recorder.has_met_exit = true;
	}
	rule = rule_pack(found, unwinder);
	/*
	 * If the loader does not call our free(), nothing reports that a module was unloaded.
	 */
	if (recorded && !real.is_bypassed)
		rule_cache(return_address, rule);
	return rule;
}
