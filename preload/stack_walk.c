/*
 * stack_walk.c - the plain walk: compare, verify, stop early. Layer 5.
 *
 * Where a walk goes from a frame is decided by its return address, by sp, and by rbp,
 * that is by the slots that were read. So when a walk meets a frame of the last event,
 * and every slot further out still holds what it held, the rest of the walk would come
 * out the same, and is not done.
 */
#include "stack_walk.h"

#include "frame_rule.h"
#include "slow_walk.h"
#include "system.h"

static inline uintptr_t load(uintptr_t address)
{
	return *(const uintptr_t *)address;
}

/* True if the outer `count` frames still stand as they did, seen with rbp = `bp`. */
static bool frames_stand(const struct walk_frame *frames, uint32_t count, uintptr_t bp)
{
	for (uint32_t i = count; i-- > 0;) {
		if (load(frames[i].slot) != frames[i].return_address)
			return false;
		if (frames[i].bp_slot)
			bp = load(frames[i].bp_slot);
		if (frames[i].bp != bp)
			return false;
	}
	return true;
}

/* The bounds of the stack that `sp` lies on; NULL if they cannot be known. */
static const struct stack_bounds *bounds_of(struct thread_state *state, uintptr_t sp)
{
	struct stack_bounds *bounds;

	if (likely(stack_bounds_hold(&state->own_stack, sp)))
		return &state->own_stack;
	for (int i = 0; i < STACK_CACHE_SIZE; i++) {
		if (stack_bounds_hold(&state->other_stacks[i], sp))
			return &state->other_stacks[i];
	}
	bounds = &state->other_stacks[state->other_next++ % STACK_CACHE_SIZE];
	if (!stack_bounds_find(sp, bounds)) {
		*bounds = (struct stack_bounds){ 0, 0 };
		return NULL;
	}
	return bounds;
}

struct walk {
	struct thread_state *state;
	const struct stack_bounds *bounds;
	struct walk_point point;
	uintptr_t bp_slot; /* where the last step loaded point.bp from; 0: it did not */
	uint32_t known;    /* frames of the last event that may still be met */
	uint32_t news;     /* frames found, at the far end of state->frames */
	bool met, cut;     /* how slow steps ended, if not at a frame with a rule */
	bool resumed;      /* they ended at a frame with a rule: walk on there */
};

static bool walk_push(struct walk *walk, uintptr_t slot, uintptr_t return_address)
{
	struct thread_state *state = walk->state;

	if (state->depth + walk->news == state->frames_capacity) {
		struct walk_frame *old = state->frames + state->frames_capacity - walk->news;
		struct walk_frame *kept = state->frames;
		size_t kept_mapped_bytes = state->frames_mapped_bytes;

		/* The scratch frames are copied before the old mapping goes. */
		state->frames_mapped_bytes = 0;
		if (!thread_state_grow(state, state->frames_capacity * 2)) {
			state->frames_mapped_bytes = kept_mapped_bytes;
			return false;
		}
		memcpy(state->frames + state->frames_capacity - walk->news, old,
		       walk->news * sizeof(*old));
		if (kept_mapped_bytes)
			system_unmap(kept, kept_mapped_bytes);
	}
	walk->news++;
	state->frames[state->frames_capacity - walk->news] = (struct walk_frame){
		.slot = slot,
		.return_address = return_address,
		.bp_slot = walk->bp_slot,
		.bp = walk->point.bp,
	};
	return true;
}

/* True if rbp is of no account in the frame: its function saved it and uses it freely. */
static bool bp_is_free(uintptr_t return_address)
{
	frame_rule rule = frame_rule_get(return_address);

	return frame_rule_kind(rule) == CFI_SP && frame_rule_bp_below(rule);
}

/* True if the frame at `slot` is one of the last event's, and all further out are too. */
static bool walk_meets(struct walk *walk, uintptr_t slot, uintptr_t return_address)
{
	struct walk_frame *frames = walk->state->frames;
	const struct stack_bounds *own = &walk->state->own_stack;
	struct walk_frame *frame;

	if (walk->bounds != own)
		return false;
	while (walk->known && (frames[walk->known - 1].slot < slot ||
			       !stack_bounds_hold(own, frames[walk->known - 1].slot)))
		walk->known--;
	frame = &frames[walk->known - 1];
	if (!walk->known || frame->slot != slot || frame->return_address != return_address)
		return false;
	if (frame->bp != walk->point.bp && !bp_is_free(return_address))
		return false;
	frame->bp = walk->point.bp;
	frame->bp_slot = walk->bp_slot;
	return frames_stand(frames, walk->known - 1, frame->bp);
}

/* A frame the unwinder has come to: false where the walk can go on by itself. */
static bool slow_visit(void *context, const struct walk_point *point, bool interrupted)
{
	struct walk *walk = context;
	uintptr_t slot = point->sp - sizeof(uintptr_t);
	enum cfi_kind kind;

	walk->point = *point;
	walk->bp_slot = 0;
	/* It may have left a signal stack for the one that was interrupted. */
	walk->bounds = bounds_of(walk->state, point->sp);
	walk->cut = !walk->bounds || walk->news == STACK_DEPTH_MAX;
	if (walk->cut || !point->ip)
		return false;
	kind = frame_rule_kind(frame_rule_get(point->ip));
	if (interrupted) {
		/* No call: readers look one byte before a return address. */
		walk->cut = kind == CFI_NONE || !walk_push(walk, slot, point->ip + 1);
		return !walk->cut;
	}
	walk->met = walk_meets(walk, slot, point->ip);
	walk->resumed = !walk->met && kind != CFI_COMPLEX;
	if (walk->met || walk->resumed)
		return false;
	walk->cut = !walk_push(walk, slot, point->ip);
	return !walk->cut;
}

/* One step by rule; the slot of the new return address, or 0 at the end. */
static uintptr_t walk_step(struct walk *walk, frame_rule rule)
{
	enum cfi_kind kind = frame_rule_kind(rule);
	uintptr_t cfa, below = frame_rule_bp_below(rule);

	if (kind == CFI_SP)
		cfa = walk->point.sp + frame_rule_cfa_offset(rule);
	else if (kind == CFI_BP)
		cfa = walk->point.bp + frame_rule_cfa_offset(rule);
	else
		return 0;
	/* A caller's frame lies further out: anything else would not end. */
	if (cfa <= walk->point.sp || cfa > walk->bounds->high ||
	    below > cfa - walk->bounds->low || cfa % sizeof(uintptr_t))
		return 0;
	walk->bp_slot = 0;
	if (below) {
		walk->bp_slot = cfa - below;
		walk->point.bp = load(walk->bp_slot);
	}
	walk->point.ip = load(cfa - sizeof(uintptr_t));
	walk->point.sp = cfa;
	return cfa - sizeof(uintptr_t);
}

/*
 * The walk has come to where `keep` outer frames of the last event are known to stand.
 * Of those it pushed, the outermost may be the last event's as well: a walk has to go
 * past a frame whose rbp differs to see that its caller is the same.
 */
static struct walk_result walk_end(struct walk *walk, uint32_t keep, bool cut)
{
	struct thread_state *state = walk->state;
	const struct walk_frame *news =
		state->frames + state->frames_capacity - walk->news;

	while (walk->news && keep < state->depth &&
	       news->slot == state->frames[keep].slot &&
	       news->return_address == state->frames[keep].return_address) {
		state->frames[keep++] = *news++;
		walk->news--;
	}
	return (struct walk_result){ keep, walk->news, news, cut };
}

static struct walk_result walk_from(struct walk *walk, uintptr_t slot)
{
	for (;;) {
		uintptr_t ip = walk->point.ip;
		frame_rule rule;
		enum cfi_kind kind;

		if (walk_meets(walk, slot, ip))
			return walk_end(walk, walk->known, false);
		rule = frame_rule_get(ip);
		kind = frame_rule_kind(rule);
		if (walk->news == STACK_DEPTH_MAX || !walk_push(walk, slot, ip))
			return walk_end(walk, 0, true);
		if (kind == CFI_END)
			return walk_end(walk, 0, false);
		if (kind == CFI_COMPLEX) {
			struct walk_point from = walk->point;

			walk->resumed = false;
			slow_walk(&from, slow_visit, walk);
			if (!walk->resumed)
				return walk_end(walk, walk->met ? walk->known : 0,
						walk->cut);
			slot = walk->point.sp - sizeof(uintptr_t);
			continue;
		}
		slot = walk_step(walk, rule);
		if (!slot || !walk->point.ip)
			return walk_end(walk, 0, walk->point.ip != 0);
	}
}

/*
 * A stack too deep to be written at the start of a chunk loses its outer end: it becomes
 * all news, of its inner frames. From then on it grows again, until the next cut.
 */
static void walk_cut(struct thread_state *state, struct walk_result *result)
{
	struct walk_frame *scratch = state->frames + state->frames_capacity;
	uint32_t kept;

	if (result->news >= STACK_DEPTH_CUT) {
		kept = 0;
		result->news = STACK_DEPTH_CUT;
	} else {
		kept = STACK_DEPTH_CUT - result->news;
		kept = kept < result->keep ? kept : result->keep;
	}
	memmove(scratch - result->news - kept, state->frames + result->keep - kept,
		kept * sizeof(*scratch));
	result->news += kept;
	result->frames = scratch - result->news;
	result->keep = 0;
	result->cut = true;
}

struct walk_result stack_walk(struct thread_state *state, const struct walk_start *start)
{
	struct walk walk = {
		.state = state,
		.bounds = bounds_of(state, start->slot),
		.point = { start->return_address, start->slot + sizeof(uintptr_t), start->bp },
		.known = state->depth,
	};
	struct walk_result result;

	if (!walk.bounds)
		return walk_end(&walk, 0, true);
	result = walk_from(&walk, start->slot);
	if (unlikely(result.keep + result.news > STACK_DEPTH_MAX))
		walk_cut(state, &result);
	return result;
}
