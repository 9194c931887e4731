/* stack/call_chain.c - follow the calls in progress outwards. */
#include "stack/call_chain.h"

#include "arch.h"
#include "modules/cfi.h"
#include "modules/frame_rule.h"
#include "modules/slow_walk.h"
#include "stack/stub_pool.h"
#include "stack/view.h"

#define FRAMES_MAX 4096
#define MAIN_BASE_BYTES 1024
#define BASE_BYTES \
	(64 * 1024) /* a thread's first frames; its static variables may follow */

extern void *__libc_stack_end; /* set by ld.so: where the main thread's stack begins */

struct search {
	uintptr_t slot, target;
	uintptr_t sp; /* of the frame before */
	uint32_t frames;
	enum call_chain chain;
};

static bool is_at_base(uintptr_t sp)
{
	uintptr_t main_base = (uintptr_t)__libc_stack_end, base = arch_thread_pointer();

	return main_base - sp < MAIN_BASE_BYTES || base - sp < BASE_BYTES;
}

/* Finding a rule that is not cached as walks do might write a record. */
static struct cfi_rule rule_of(uintptr_t return_address)
{
	frame_rule known = frame_rule_known(return_address);
	struct cfi_module module;

	if (known)
		return (struct cfi_rule){ .kind = frame_rule_kind(known),
			                      .cfa_offset = frame_rule_cfa_offset(known),
			                      .fp_below = frame_rule_fp_below(known) };
	if (!cfi_module_find(return_address - 1, &module))
		return (struct cfi_rule){ .kind = CFI_NO_CODE };
	return cfi_rule_find(&module, return_address);
}

static bool is_frame_of(uintptr_t sp, uintptr_t slot)
{
	/* A hook that keeps a frame pointer may be known by where it saved its caller's. */
	return arch_slot_of(sp) == slot || arch_slot_of(sp) == slot + sizeof(slot);
}

/* Whether to go on beyond this frame. */
static bool see(struct search *search, const struct walk_point *point,
                bool is_interrupted, enum cfi_kind kind)
{
	if (!is_interrupted && is_frame_of(point->sp, search->slot)) {
		search->chain = CALL_CHAIN_MEETS;
		return false;
	}
	/* A handler may be on a stack of its own. */
	if (!is_interrupted && search->sp <= search->target && search->target < point->sp) {
		search->chain = CALL_CHAIN_LANDS;
		return false;
	}
	search->sp = point->sp;
	if (!point->ip || search->frames++ == FRAMES_MAX)
		return false;
	if (kind == CFI_END && is_at_base(point->sp))
		search->chain = CALL_CHAIN_OUTERMOST;
	/* The unwinder would follow what is no code that it knows. */
	return kind != CFI_END && kind != CFI_NONE && kind != CFI_NO_CODE &&
	       kind != CFI_SWITCH;
}

static bool visit(void *context, const struct walk_point *point, bool is_interrupted)
{
	return see(context, point, is_interrupted,
	           rule_of(point->ip + is_interrupted).kind);
}

/* Make the step of a frame with a simple rule. False: there is no such frame. */
static bool step(struct stack_view *view, struct walk_point *point,
                 const struct cfi_rule *rule)
{
	uintptr_t cfa = (rule->kind == CFI_SP ? point->sp : point->fp) + rule->cfa_offset;

	if (!stack_view_can_step(view, point->sp, cfa, rule->fp_below))
		return false;
	if (rule->fp_below)
		point->fp = *(const uintptr_t *)(cfa - rule->fp_below);
	point->ip = *(const uintptr_t *)arch_slot_of(cfa);
	point->sp = cfa;
	return true;
}

static uintptr_t behind_stub(uintptr_t ip)
{
	return stub_is(ip) ? outlive_stub_entries[stub_of(ip)].return_address : ip;
}

enum call_chain call_chain_find(const struct stack_bounds *own,
                                const struct walk_start *caller, uintptr_t slot,
                                uintptr_t target)
{
	struct search search = { .slot = slot, .target = target };
	struct walk_point point = { caller->return_address, arch_cfa_of(caller->slot),
		                        caller->fp };
	struct stack_view view = stack_view_of(own, caller->slot, true);
	struct cfi_rule rule;

	search.sp = point.sp;
	for (;;) {
		rule = rule_of(behind_stub(point.ip));
		if (rule.kind != CFI_SP && rule.kind != CFI_FP)
			break;
		if (!step(&view, &point, &rule) ||
		    !see(&search, &point, false, rule_of(behind_stub(point.ip)).kind))
			return search.chain;
	}
	if (rule.kind == CFI_COMPLEX || rule.kind == CFI_SIGNAL)
		slow_walk(&point, visit, &search);
	return search.chain;
}
