/* stack/c_among_go.c - walk out of C functions that Go's linker has put among Go's code. */
#include "stack/c_among_go.h"

static inline uintptr_t load(uintptr_t address)
{
	return *(const uintptr_t *)address;
}

#define C_FRAMES_MAX 64

/* Whether the return address `ip`, at `slot`, is where the C that runs was called. */
static bool is_way_into_c(struct walk *walk, const struct go_runtime *runtime,
                          uintptr_t ip, uintptr_t slot)
{
	struct goroutine *goroutine = &walk->state->goroutine;

	if (!stack_bounds_hold(&walk->state->stacks.own, slot + 64))
		return false;
	if (go_runtime_is_in(runtime, GO_ASMCGOCALL, ip) &&
	    (walk->has_crossed || goroutine_find(runtime, goroutine)) &&
	    goroutine_called(runtime, goroutine, slot))
		return true;
	return (go_runtime_is_in(runtime, GO_ASMCGOCALL, ip) ||
	        go_runtime_is_in(runtime, GO_CALLS_MMAP, ip) ||
	        go_runtime_is_in(runtime, GO_CALLS_MUNMAP, ip)) &&
	       goroutine_caller_sp(runtime, ip, slot);
}

/* The return address at `slot`; beneath a stub, if one has replaced it. */
static uintptr_t return_address_at(uintptr_t slot)
{
	uintptr_t ip = load(slot);

	return stub_is(ip) ? outlive_stub_entries[stub_of(ip)].return_address : ip;
}

/*
 * Whether frames from sp on, the first of which has this rule, lead to where Go has called C, or
 * to the first frame of the thread: so no frame's size is wrong.
 */
static bool c_leads_out(struct walk *walk, const struct go_runtime *runtime,
                        uintptr_t sp, frame_rule rule)
{
	const struct stack_bounds *own = &walk->state->stacks.own;

	for (int i = 0; i < C_FRAMES_MAX; i++) {
		uintptr_t cfa = sp + frame_rule_cfa_offset(rule), slot = arch_slot_of(cfa), ip;
		const struct go_runtime *other;

		if (cfa <= sp || cfa % sizeof(cfa) || !stack_bounds_hold(own, slot))
			return false;
		ip = return_address_at(slot);
		rule = frame_rule_get(ip);
		other = go_runtime_at(ip);
		if (frame_rule_kind(rule) == CFI_END)
			return true;
		if (other == runtime && go_runtime_switches(runtime, ip))
			return is_way_into_c(walk, runtime, ip, slot);
		if (other ? other != runtime || frame_rule_kind(rule) != CFI_SWITCH
		          : frame_rule_kind(rule) != CFI_SP)
			return false;
		sp = cfa;
	}
	return false;
}

uintptr_t c_among_go_step(struct walk *walk, const struct go_runtime *runtime,
                          frame_rule rule)
{
	uintptr_t cfa = walk->point.sp + frame_rule_cfa_offset(rule);

	if (!c_leads_out(walk, runtime, walk->point.sp, rule)) {
		walk->cut = CUT_GO_C;
		return 0;
	}
	walk->point = (struct walk_point){ load(arch_slot_of(cfa)), cfa, 0 };
	walk->fp_words = 0;
	return arch_slot_of(cfa);
}
