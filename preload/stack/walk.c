/*
 * stack/walk.c - walk outwards until a known frame is met.
 *
 * There are two ways to meet one. A stub of this thread proves everything further out. Where
 * stubs cannot be used, it is a frame of the last event with the same slot and return address,
 * if every slot further out is unchanged. Where a walk goes from a frame depends on its return
 * address, sp and fp, that is, on the slots that were read. So the rest of the walk would have
 * the same result.
 */
#include "stack/walk.h"

#include "modules/frame_rule.h"
#include "stack/bound_stubs.h"
#include "stack/goroutine_walk.h"
#include "stack/interrupted_frames.h"
#include "modules/slow_walk.h"
#include "stack/view.h"
#include "system/system.h"
#include "stack/walk_end.h"

static inline uintptr_t load(uintptr_t address)
{
	return *(const uintptr_t *)address;
}

/* ---- frames found -------------------------------------------------------------- */

/* Returns the flags that a frame beyond a signal keeps: sometimes it may get a stub. */
static uint16_t flags_beyond(const struct walk *walk, uintptr_t slot,
                             uintptr_t return_address, uint16_t flags)
{
	const struct thread_state *state = walk->state;
	const struct walk_frame *owner = &state->stack
	                                      .frames[state->stack.capacity - walk->pushed];
	bool may_patch = !walk->is_fault && walk->pushed &&
	                 interrupted_slot_is_patchable(owner, slot, return_address, flags);

	flags &= FRAME_SIGNAL | FRAME_STOPPED;
	return may_patch ? flags | FRAME_PATCHABLE | FRAME_BEYOND : flags;
}

/* Add a frame. `flags`: FRAME_PATCHABLE if it may get a stub, FRAME_STUBBED if it has one. */
static bool walk_push(struct walk *walk, uintptr_t slot, uintptr_t return_address,
                      uint16_t flags)
{
	struct thread_state *state = walk->state;

	if (!recorder.is_exact || !walk->view.is_own)
		flags &= FRAME_SIGNAL | FRAME_STOPPED;
	else if (unlikely(walk->in_signal))
		flags = flags_beyond(walk, slot, return_address, flags);

	/* The trace has no room for such an address. */
	if (return_address >> ARCH_ADDRESS_BITS)
		return false;
	if (walk->pushed == STACK_DEPTH_MAX ||
	    (unlikely(state->stack.depth + walk->pushed + WALK_CAPACITY_MARGIN >=
	              state->stack.capacity) &&
	     !thread_state_grow(state, state->stack.capacity * 2, walk->pushed)))
		return false;
	walk->pushed++;
	state->stack.frames[state->stack.capacity - walk->pushed] = (struct walk_frame){
		.slot = unlikely(walk->is_on_goroutine) ? goroutine_walk_key(walk, slot) : slot,
		.return_address = return_address,
		.fp_words = walk->fp_words,
		.fp = walk->point.fp,
		.flags = flags,
	};
	return true;
}

/* ---- frames met ---------------------------------------------------------------- */

/* Whether fp does not matter in the frame: its function has saved it, and uses it freely. */
static bool fp_is_free(uintptr_t return_address)
{
	frame_rule rule = frame_rule_get(return_address);

	return frame_rule_kind(rule) == CFI_SP && frame_rule_fp_below(rule);
}

/* Whether the frame at `slot` is one of the last event's, and so are all further out. */
static inline bool walk_meets(struct walk *walk, uintptr_t slot,
                              uintptr_t return_address)
{
	struct walk_frame *frames = walk->state->stack.frames;
	const struct stack_bounds *own = &walk->state->stacks.own;
	struct walk_frame *frame;

	if (unlikely(!walk->view.is_own))
		return walk->is_on_goroutine &&
		       goroutine_walk_meets(walk, slot, return_address);
	/* Frames further out than a call of C from Go are met beyond it. */
	while (walk->known && !frame_has_key(&frames[walk->known - 1]) &&
	       (frames[walk->known - 1].slot < slot ||
	        !stack_bounds_hold(own, frames[walk->known - 1].slot)))
		walk->known--;
	frame = &frames[walk->known - 1];
	if (!walk->known || frame->slot != slot || frame->stub ||
	    frame->flags & (FRAME_DEAD | FRAME_JUMPED) ||
	    frame->return_address != return_address)
		return false;
	if (frame->fp != walk->point.fp && !fp_is_free(return_address))
		return false;
	frame->fp = walk->point.fp;
	frame->fp_words = walk->fp_words;
	walk->met = frames_stand(frames, walk->known - 1, frame->fp);
	return walk->met;
}

/*
 * The return address at `slot` is a stub. True: it is this thread's, and is where it was put.
 * False: the stack was copied, or belongs to another thread now. Then the walk continues behind
 * the stub, which keeps its return address as long as it has not run.
 */
static inline bool walk_meets_stub(struct walk *walk, uintptr_t slot)
{
	const struct thread_state *state = walk->state;
	stub_id stub = stub_of(walk->point.ip);
	const struct stub_entry *entry = &outlive_stub_entries[stub];

	walk->met = entry->frame < state->stack.depth &&
	            state->stack.frames[entry->frame].stub == stub &&
	            state->stack.frames[entry->frame].slot == slot;
	if (unlikely(walk->met && entry->bound && entry->returned)) {
		bound_set_copies(); /* it has run, but is on the stack */
		walk->plain = walk->strayed = true;
	}
	if (likely(walk->met)) {
		walk->known = entry->frame + 1;
		return true;
	}
	walk->point.ip = entry->return_address;
	walk->plain = walk->strayed = true;
	return false;
}

static inline uint16_t flags_of(frame_rule rule)
{
	if (frame_rule_is_unwinder(rule))
		return FRAME_UNWINDER;
	return (uint16_t)((frame_rule_kind(rule) == CFI_SIGNAL ? FRAME_SIGNAL : 0) |
	                  (frame_rule_is_patchable(rule) ? FRAME_PATCHABLE : 0));
}

static bool has_frame_information(frame_rule rule)
{
	enum cfi_kind kind = frame_rule_kind(rule);

	return kind != CFI_NONE && kind != CFI_NO_CODE;
}

/*
 * Why a walk cannot go on from `return_address`, whose frame has this rule, though it is not the
 * outermost.
 */
static __attribute__((noinline, cold)) enum cut_kind cut_at(uintptr_t return_address,
                                                            frame_rule rule)
{
	enum cfi_kind kind = frame_rule_kind(rule);

	if (kind == CFI_NO_CODE)
		return CUT_NO_CODE;
	if (kind != CFI_NONE)
		return CUT_OFF_STACK;
	if (go_runtime_at(return_address))
		return CUT_GO_FRAME;
	return go_runtime_is_unknown(return_address) ? CUT_GO_UNKNOWN : CUT_NO_TABLES;
}

/* ---- steps --------------------------------------------------------------------- */

/* Visit a frame that the unwinder has reached. False: the walk can continue by itself. */
static bool slow_visit(void *context, const struct walk_point *point, bool interrupted)
{
	struct walk *walk = context;
	uintptr_t slot = arch_slot_of(point->sp);
	enum cfi_kind kind;
	frame_rule rule;

	walk->point = *point;
	walk->fp_words = 0;
	/* The unwinder may have left a signal stack for the interrupted one. */
	if (walk->view.is_own != stack_bounds_hold(&walk->state->stacks.own, slot) ||
	    !stack_bounds_hold(&walk->view.bounds, slot))
		walk->view = stack_view_of(&walk->state->stacks.own, slot, false);
	walk->cut = stack_view_can_read(&walk->view, slot) ? CUT_NONE : CUT_OFF_STACK;
	if (walk->cut || !point->ip)
		return false;
	if (interrupted) {
		/* Not a call: readers use the byte before a return address. */
		rule = frame_rule_get(point->ip + 1);
		walk->in_unwinder |= frame_rule_is_unwinder(rule);
		walk->cut = go_runtime_at(point->ip)       ? CUT_GO_SIGNAL
		            : !has_frame_information(rule) ? cut_at(point->ip, rule)
		            : walk_push(walk, slot, point->ip + 1, FRAME_STOPPED) ? CUT_NONE
		                                                                  : CUT_DEPTH;
		/*
		 * The next word may be no return address, and libgcc would follow it unchecked.
		 */
		kind = frame_rule_kind(rule);
		walk->stopped = !walk->cut && kind != CFI_COMPLEX && kind != CFI_SIGNAL;
		return !walk->cut && !walk->stopped;
	}
	if (stub_is(point->ip)) {
		walk->resumed = true;
		return false;
	}
	rule = frame_rule_get(point->ip);
	kind = frame_rule_kind(rule);
	walk->resumed = kind != CFI_COMPLEX && kind != CFI_SIGNAL;
	if (walk->resumed || walk_meets(walk, slot, point->ip))
		return false;
	walk->in_unwinder |= frame_rule_is_unwinder(rule);
	walk->cut = walk_push(walk, slot, point->ip, flags_of(rule)) ? CUT_NONE : CUT_DEPTH;
	/* The handler's own frame returns into it like any other. */
	walk->in_signal |= kind == CFI_SIGNAL;
	return !walk->cut;
}

/* Make one step by rule. Returns the slot of the new return address; 0: the end. */
static inline uintptr_t walk_step(struct walk *walk, frame_rule rule)
{
	enum cfi_kind kind = frame_rule_kind(rule);
	uintptr_t cfa, below = frame_rule_fp_below(rule);

	if (likely(kind == CFI_SP))
		cfa = walk->point.sp + frame_rule_cfa_offset(rule);
	else if (kind == CFI_FP)
		cfa = walk->point.fp + frame_rule_cfa_offset(rule);
	else
		return 0;
	if (!stack_view_can_step(&walk->view, walk->point.sp, cfa, below))
		return 0;
	walk->fp_words = 0;
	if (below) { /* at least 16: the return address is at 8 */
		walk->fp_words = (uint16_t)(below / sizeof(uintptr_t) - 1);
		walk->point.fp = load(cfa - below);
	}
	walk->point.ip = load(arch_slot_of(cfa));
	walk->point.sp = cfa;
	return arch_slot_of(cfa);
}

/*
 * The walk cannot leave the frame that it found last. True if there is no frame further out:
 * the loader's entry code, which runs the constructors of libraries, is the process's outermost
 * frame, but has no call frame information that says so.
 */
static bool walk_is_at_entry(struct walk *walk)
{
	const struct thread_state *state = walk->state;

	if (!walk->pushed || !stack_begins_at(walk->point.sp) ||
	    !cfi_is_loader(walk->point.ip))
		return false;
	state->stack.frames[state->stack.capacity - walk->pushed].flags |= FRAME_FIRST;
	return true;
}

/* Leave a frame with this rule. Returns the slot of the next return address; 0: the end. */
static inline uintptr_t walk_outwards(struct walk *walk, frame_rule rule)
{
	enum cfi_kind kind = frame_rule_kind(rule);
	struct walk_point from;
	uintptr_t slot;

	if (kind == CFI_END)
		return 0;
	if (unlikely(kind == CFI_SWITCH))
		return goroutine_walk_switch(walk, rule);
	if (likely(kind != CFI_COMPLEX && kind != CFI_SIGNAL)) {
		slot = walk_step(walk, rule);
		if (unlikely(!slot && walk->point.ip && !walk_is_at_entry(walk)))
			walk->cut = cut_at(walk->point.ip, rule);
		return walk->point.ip ? slot : 0;
	}
	walk->in_signal |= kind == CFI_SIGNAL;
	walk->resumed = walk->stopped = false;
	from = walk->point;
	slow_walk(&from, slow_visit, walk);
	if (walk->stopped)
		return walk_outwards(walk, frame_rule_get(walk->point.ip + 1));
	return walk->resumed ? arch_slot_of(walk->point.sp) : 0;
}

/*
 * Walk until a known frame is met (walk->met), to the end, or until no further step is
 * possible.
 */
static void walk_run(struct walk *walk, uintptr_t slot)
{
	for (;;) {
		frame_rule rule;

		if (stub_is(walk->point.ip)) {
			if (walk_meets_stub(walk, slot))
				return;
		} else if (walk_meets(walk, slot, walk->point.ip)) {
			return;
		}
		rule = frame_rule_get(walk->point.ip);
		walk->in_unwinder |= frame_rule_is_unwinder(rule);
		walk->cut = CUT_NONE;
		if (frame_rule_kind(rule) == CFI_NO_CODE && slot != walk->called_slot) {
			walk->cut = CUT_NO_CODE;
			return;
		}
		/* A stub that is already there is not replaced. */
		if (!walk_push(walk, slot, walk->point.ip,
		               stub_is(load(slot)) ? FRAME_STUBBED : flags_of(rule)))
			walk->cut = CUT_DEPTH;
		slot = walk->cut ? 0 : walk_outwards(walk, rule);
		if (!slot)
			return;
	}
}

/* ---- walks ---------------------------------------------------------------------- */

/*
 * The return address of the call, or the stub that has replaced it since: an event inside the
 * real function (an mmap() in malloc()) walked through the hook.
 */
static uintptr_t address_now(const struct walk_start *start)
{
	uintptr_t now = load(start->slot);

	return unlikely(now != start->return_address) && stub_is(now) &&
	               outlive_stub_entries[stub_of(now)].return_address ==
	                   start->return_address
	           ? now
	           : start->return_address;
}

struct walk_result stack_walk(struct thread_state *state,
                              const struct walk_start *start)
{
	struct walk walk = {
		.state = state,
		/* sure: the call has just put its return address there */
		.view = stack_view_of(&state->stacks.own, start->slot, true),
		.point = { address_now(start), arch_cfa_of(start->slot), start->fp },
		.known = state->stack.depth,
		.called_slot = start->slot,
	};
	struct walk_result result;

	walk_run(&walk, start->slot);
	result = walk_end(&walk, start->slot, recorder.is_exact);
	/*
	 * Not while an exception is in flight: the frame that catches it may be further out,
	 * too.
	 */
	if (unlikely(state->throwing.ceiling > CEILING_ALL && !state->throwing.count &&
	             walk.view.is_own && start->slot > state->throwing.ceiling))
		state->throwing.ceiling = state->throwing.ceiling_slot = 0;
	if (unlikely(result.keep + result.pushed > STACK_DEPTH_MAX))
		frames_cut(state, &result);
	return result;
}

struct short_walk stack_walk_middle(const struct thread_state *state,
                                    const struct walk_start *start)
{
	return stack_walk_short(state, start, MIDDLE_FRAMES);
}

/* ---- other stacks, in the short way -------------------------------------------- */

#define OTHER_FRAMES_MAX 512

/* Find all frames by cached rules. False: impossible, and nothing was changed. */
static bool walk_run_other(struct walk *walk, const struct walk_start *start)
{
	struct thread_state *state = walk->state;
	struct walk_frame *frame = state->stack.frames + state->stack.capacity;
	uintptr_t ip = start->return_address, sp = arch_cfa_of(start->slot), fp = start->fp;
	uint32_t taken = state->stack.depth + WALK_CAPACITY_MARGIN + OTHER_FRAMES_MAX;
	uint16_t fp_words = 0;

	if (taken >= state->stack.capacity)
		return false;
	while (ip) {
		frame_rule rule = frame_rule_known(ip);
		enum cfi_kind kind = frame_rule_kind(rule);
		uintptr_t below = frame_rule_fp_below(rule), cfa;

		if (unlikely(kind == CFI_NO_CODE || kind == CFI_COMPLEX || kind == CFI_SIGNAL ||
		             kind == CFI_SWITCH || frame_rule_is_unwinder(rule) ||
		             stub_is(ip) || walk->pushed == OTHER_FRAMES_MAX))
			return false;
		walk->pushed++;
		*--frame = (struct walk_frame){ .slot = arch_slot_of(sp),
			                            .return_address = ip,
			                            .fp_words = fp_words,
			                            .fp = fp };
		if (kind == CFI_END)
			break;
		cfa = (kind == CFI_SP ? sp : fp) + frame_rule_cfa_offset(rule);
		if (kind == CFI_NONE || !stack_view_can_step(&walk->view, sp, cfa, below)) {
			walk->cut = cut_at(ip, rule);
			break;
		}
		fp_words = 0;
		if (below) {
			fp_words = (uint16_t)(below / sizeof(cfa) - 1);
			fp = load(cfa - below);
		}
		ip = load(arch_slot_of(cfa));
		sp = cfa;
	}
	return true;
}

bool stack_walk_other(struct thread_state *state, const struct walk_start *start,
                      struct walk_result *result)
{
	struct walk walk = {
		.state = state,
		.view = stack_view_of(&state->stacks.own, start->slot, true),
	};

	if (walk.view.is_own || !walk_run_other(&walk, start))
		return false;
	*result = walk_end(&walk, start->slot, recorder.is_exact);
	return result->keep + result->pushed <= STACK_DEPTH_MAX;
}

/* ---- where a signal came ------------------------------------------------------- */

/* Returns the slot of the interrupted function's return address; 0: unknown, or none. */
static uintptr_t interrupted_step(struct walk *walk, frame_rule rule)
{
	uintptr_t slot = walk->point.sp, return_address;

	if (walk->point.ip && has_frame_information(rule) &&
	    frame_rule_kind(rule) != CFI_SWITCH)
		return walk_outwards(walk, rule);
	/* A call to an address without code: it has put its return address there. */
	walk->cut = CUT_FAULT;
	if (!stack_bounds_hold(&walk->view.bounds, slot) || slot % sizeof(slot) ||
	    !stack_view_can_read(&walk->view, slot))
		return 0;
	return_address = load(slot);
	if (has_frame_information(frame_rule_get(return_address)))
		walk->cut = CUT_NONE;
	walk->point.ip = return_address;
	walk->point.sp += sizeof(slot);
	return walk->cut ? 0 : slot;
}

struct walk_result stack_walk_interrupted(struct thread_state *state,
                                          const struct walk_start *at, bool is_own)
{
	uintptr_t sp = arch_cfa_of(at->slot), slot;
	struct walk walk = {
		.state = state,
		.point = { at->return_address - 1, sp, at->fp },
		.known = state->stack.depth,
		.in_signal = true,
		.is_fault = true,
	};
	struct walk_result result;

	walk.view = stack_view_of(&state->stacks.own, is_own ? state->stacks.own.low : sp,
	                          false);
	if (walk.point.ip && !walk_push(&walk, at->slot, at->return_address, 0))
		walk.cut = CUT_DEPTH;
	/* The stack pointer may have had any value. */
	else if (!walk.view.is_own &&
	         (sp % sizeof(sp) || !stack_view_can_read(&walk.view, sp)))
		walk.cut = CUT_FAULT;
	if (!walk.cut) {
		slot = interrupted_step(&walk, frame_rule_get(at->return_address));
		if (slot)
			walk_run(&walk, slot);
	}
	result = walk_end(&walk, at->slot, recorder.is_exact);
	result.patch = result.reuse = false;
	if (result.keep + result.pushed > STACK_DEPTH_MAX)
		frames_cut(state, &result);
	return result;
}

bool stack_walk_start(bool wants_exact)
{
	recorder.is_exact = wants_exact && !arch_has_shadow_stack() && stub_pool_start();
	return recorder.is_exact;
}
