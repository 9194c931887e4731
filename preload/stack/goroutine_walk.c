/*
 * stack/goroutine_walk.c - walk from a thread's stack to a goroutine's, and back.
 *
 * Long, because each way between the two stacks leaves a walk where the others go on.
 */
#include "stack/goroutine_walk.h"

#include "stack/c_among_go.h"

static inline uintptr_t load(uintptr_t address)
{
	return *(const uintptr_t *)address;
}

static uintptr_t cut(struct walk *walk, enum cut_kind kind)
{
	walk->cut = kind;
	return 0;
}

/* The frame that was found last; NULL: none yet. */
static struct walk_frame *frame_last(const struct walk *walk)
{
	const struct frame_array *stack = &walk->state->stack;

	return walk->pushed ? &stack->frames[stack->capacity - walk->pushed] : NULL;
}

/* ---- calls into C -------------------------------------------------------------- */

#define CALL_BITS 42
#define MACHINE_BITS 20
#define CALLS_MASK ((UINT64_C(1) << CALL_BITS) - 1)
#define CALL_UNIQUE (UINT64_C(1) << (CALL_BITS - 1))

/* The key of the call into C that is this machine's call with this number. */
static uintptr_t call_key_of(uintptr_t machine, uint64_t number)
{
	return FRAME_KEY | FRAME_CALL |
	       (uintptr_t)FORMAT_HASH(machine, MACHINE_BITS) << CALL_BITS |
	       (number & CALLS_MASK);
}

static uintptr_t call_key(const struct goroutine *goroutine, uint64_t number)
{
	return call_key_of(goroutine->machine, number);
}

/*
 * Find the call into C at `slot` among the frames of the last event, made from the frame `first`
 * of Go code. Returns 1 + its index; 0: there is none.
 */
static uint32_t call_find(const struct thread_state *state, uintptr_t slot,
                          const struct walk_frame *first)
{
	const struct walk_frame *frames = state->stack.frames;

	for (uint32_t i = state->stack.depth; i-- > 1;) {
		if (!frame_is_call(&frames[i]) || frames[i].fp < slot)
			continue;
		return frames[i].fp == slot && frames[i - 1].slot == first->slot &&
		               frames[i - 1].fp == first->fp &&
		               frames[i - 1].return_address == first->return_address
		           ? i + 1
		           : 0;
	}
	return 0;
}

/*
 * Whether the call that was at `index` at the last event is the one that is in its slot now.
 * Either the thread has made no call since: all that was in progress then, and is in its slot,
 * still is. Or all calls that were made since are in progress, further in.
 */
static bool call_is_same(const struct walk *walk, uint32_t index)
{
	uintptr_t key = walk->state->stack.frames[index].slot;

	if (!walk->call_key || key & CALL_UNIQUE)
		return false;
	return walk->call_before == walk->call_key ||
	       (key & CALLS_MASK && key + walk->calls == walk->call_key);
}

/*
 * The frame found last is where C returns to Go, at `slot`. True: it is the same call as at the
 * last event, and the walk has met it. `at`: the slot of the first return address on the
 * goroutine's stack. Only a program's call is counted, by runtime.cgocall.
 */
static bool call_meets(struct walk *walk, const struct go_runtime *runtime,
                       uintptr_t slot, uintptr_t at)
{
	struct thread_state *state = walk->state;
	const struct walk_frame first = { .slot = goroutine_walk_key(walk, at),
		                              .fp = state->goroutine.id,
		                              .return_address = load(at) };
	bool is_counted = go_runtime_is_in(runtime, GO_CGOCALL, first.return_address);
	uint64_t number = CALL_UNIQUE | state->cursor.events;
	struct walk_frame *frame = frame_last(walk);
	uint32_t known;

	known = is_counted ? call_find(state, slot, &first) : 0;
	if (known && call_is_same(walk, known - 1)) {
		walk->pushed--;
		walk->known = known;
		walk->met = walk->has_met_call = true;
		return true;
	}
	if (is_counted)
		number = walk->has_crossed ? 0 : state->goroutine.calls;
	/* A call further out has an unknown number. It may be the one that was there. */
	frame->slot = walk->has_crossed && known ? state->stack.frames[known - 1].slot
	                                         : call_key(&state->goroutine, number);
	frame->fp = slot;
	walk->calls += is_counted;
	return false;
}

/*
 * Remember how many calls the thread has made, at the walk's first crossing, whatever has made it:
 * the runtime calls C from the thread's own stack as well, while calls further out go on.
 */
static void calls_remember(struct walk *walk)
{
	struct thread_state *state = walk->state;

	walk->call_before = state->call_key;
	state->call_key = state->goroutine.calls
	                      ? call_key(&state->goroutine, state->goroutine.calls)
	                      : 0;
	walk->call_key = state->call_key;
}

/* ---- comparing ------------------------------------------------------------------- */

/*
 * Returns how many of the outer `count` frames are beyond those that are as they were: up to one
 * that is proven to stand, or 0. UINT32_MAX: one is not as it was. Between the goroutine's stack
 * and a frame that stands is the frame of crosscall2.
 */
static uint32_t frames_same(const struct walk *walk, uint32_t count)
{
	const struct goroutine *goroutine = &walk->state->goroutine;
	const struct walk_frame *frames = walk->state->stack.frames;
	/* from a key to the slot that it stands for */
	uintptr_t offset = goroutine->high - FRAME_DEPTHS - FRAME_KEY;

	for (uint32_t i = count; i-- > 0;) {
		uintptr_t at = frames[i].slot;

		if (likely(frame_is_go(&frames[i]) && frames[i].fp == goroutine->id))
			at += offset;
		else if (frames[i].stub)
			return frame_is_standing(&frames[i]) ? i + 1 : UINT32_MAX;
		else if (frame_has_key(&frames[i]) ||
		         !stack_bounds_hold(&walk->state->stacks.own, at) ||
		         !go_runtime_at(frames[i].return_address))
			return UINT32_MAX;
		if (load(at) != frames[i].return_address)
			return UINT32_MAX;
	}
	return 0;
}

/* Whether the walk, which is at the innermost of the `known` frames, has met all of these. */
static bool known_stands(struct walk *walk)
{
	uint32_t standing = frames_same(walk, walk->known - 1);

	if (standing == UINT32_MAX)
		return false;
	walk->standing = standing;
	walk->met = walk->has_met_goroutine = true;
	return true;
}

/* ---- to the goroutine ----------------------------------------------------------- */

/* How many frames can be added as the walk's array is. */
static uint32_t frames_room(const struct walk *walk)
{
	const struct frame_array *stack = &walk->state->stack;
	uint32_t taken = stack->depth + walk->pushed + WALK_CAPACITY_MARGIN;

	if (taken >= stack->capacity || walk->pushed >= STACK_DEPTH_MAX)
		return 0;
	return stack->capacity - taken < STACK_DEPTH_MAX - walk->pushed
	           ? stack->capacity - taken
	           : STACK_DEPTH_MAX - walk->pushed;
}

/* Skip the frames of the last event that are not of Go code. */
static void known_skip(struct walk *walk)
{
	const struct walk_frame *frames = walk->state->stack.frames;

	if (!walk->has_crossed)
		walk->known = walk->state->stack.depth;
	while (walk->known && !frame_is_go(&frames[walk->known - 1]))
		walk->known--;
}

/*
 * Find frames of Go code from `slot` on, in the same way as any others, but without what only C
 * code needs: they have no stubs, save no fp, and no exception passes them. Returns the slot of the
 * first that is not so; 0: the walk has met the last event's.
 */
static uintptr_t goroutine_run(struct walk *walk, uintptr_t slot)
{
	const struct goroutine *goroutine = &walk->state->goroutine;
	const struct frame_array *stack = &walk->state->stack;
	const struct walk_frame *frames = stack->frames;
	struct walk_frame *found = stack->frames + stack->capacity - walk->pushed;
	uintptr_t key = goroutine_walk_key(walk, slot), ip = walk->point.ip, size;
	const uint64_t id = goroutine->id;
	uint32_t room = frames_room(walk), known = walk->known;
	frame_rule rule;

	for (;;) {
		while (known && frame_is_go(&frames[known - 1]) &&
		       (frames[known - 1].slot < key || frames[known - 1].fp != id))
			known--;
		walk->known = known;
		walk->pushed = (uint32_t)(stack->frames + stack->capacity - found);
		if (known && frames[known - 1].slot == key &&
		    frames[known - 1].return_address == ip && frames[known - 1].fp == id &&
		    known_stands(walk))
			return 0;
		rule = frame_rule_known(ip);
		size = frame_rule_cfa_offset(rule);
		if (frame_rule_kind(rule) != CFI_SP || frame_rule_fp_below(rule) ||
		    frame_rule_is_unwinder(rule) || !size || size >= goroutine->high - slot ||
		    !room--)
			break;
		*--found = (struct walk_frame){ .slot = key, .return_address = ip, .fp = id };
		slot += size;
		key += size;
		ip = load(slot);
	}
	walk->point.ip = ip;
	walk->point.sp = slot + sizeof(slot);
	return slot;
}

/* Go on where the goroutine does. `slot`: of the frame found last; `is_call`: in asmcgocall. */
static uintptr_t goroutine_enter(struct walk *walk, const struct go_runtime *runtime,
                                 uintptr_t slot, bool is_call)
{
	struct goroutine *goroutine = &walk->state->goroutine;
	const struct stack_bounds bounds = { goroutine->low, goroutine->high };
	frame_rule rule = frame_rule_get(goroutine->pc);
	uintptr_t cfa = goroutine->sp + frame_rule_cfa_offset(rule), at = arch_slot_of(cfa);

	if (frame_rule_kind(rule) != CFI_SP || cfa <= goroutine->sp ||
	    !stack_bounds_hold(&bounds, at) || at % sizeof(at))
		return cut(walk, CUT_GO_RESUME);
	if (!walk->has_crossed)
		calls_remember(walk);
	if (is_call && call_meets(walk, runtime, slot, at))
		return 0;
	known_skip(walk);
	walk->is_in_call = is_call;
	if (!walk->has_crossed)
		walk->goroutine_depth = goroutine->high - goroutine->sp;
	walk->has_crossed = walk->is_on_goroutine = true;
	walk->view = (struct stack_view){ bounds, UINTPTR_MAX, false };
	walk->point = (struct walk_point){ load(at), cfa, goroutine->id };
	walk->fp_words = 0;
	return goroutine_run(walk, at);
}

/* A call of C from code of the runtime that is on the thread's own stack already. */
static uintptr_t system_step(struct walk *walk, const struct go_runtime *runtime,
                             uintptr_t slot, frame_rule rule)
{
	const struct stack_bounds *own = &walk->state->stacks.own;
	uintptr_t sp, cfa;

	if (!stack_bounds_hold(own, slot + 64))
		return cut(walk, CUT_GO_SYSTEM);
	sp = goroutine_caller_sp(runtime, walk->point.ip, slot);
	cfa = sp + frame_rule_cfa_offset(rule);
	if (!sp || cfa <= sp || !stack_bounds_hold(own, cfa))
		return cut(walk, CUT_GO_SYSTEM);
	walk->point = (struct walk_point){ load(arch_slot_of(cfa)), cfa, 0 };
	walk->fp_words = 0;
	return arch_slot_of(cfa);
}

/*
 * Whether the goroutine, which has not crossed to C here, is in runtime.cgocall: it has counted a
 * call that it is about to make, or that has just ended. The frames were found last.
 */
static bool has_counted_call(const struct walk *walk, const struct go_runtime *runtime)
{
	const struct walk_frame *frame = frame_last(walk);

	for (uint32_t i = 0; i < walk->pushed && frame_is_go(&frame[i]); i++) {
		if (go_runtime_is_in(runtime, GO_CGOCALL, frame[i].return_address))
			return true;
	}
	return false;
}

/* ---- back to the thread --------------------------------------------------------- */

/*
 * Whether the frame of cgocallback on the thread's stack, at `frame`, is of the call of Go that
 * has a frame on the goroutine's, up to `cfa`. It is not if a panic has passed that call: the
 * runtime has left it, before it runs deferred functions further out, and C's frames are gone.
 */
static bool is_same_callback(const struct walk *walk, uintptr_t frame, uintptr_t cfa)
{
	const struct stack_bounds *own = &walk->state->stacks.own;
	uintptr_t pc = load(arch_slot_of(cfa)), outer = load(frame);
	const struct go_runtime *runtime = go_runtime_at(pc);

	if (frame_rule_kind(frame_rule_get(pc)) == CFI_END || !runtime ||
	    !runtime->has_runtime)
		return true; /* a thread of C has called it: there is no other call */
	return outer > frame && stack_bounds_hold(own, outer - 128) &&
	       stack_bounds_hold(own, outer + 64) &&
	       goroutine_waits_at(runtime, &walk->state->goroutine, outer, cfa);
}

/* Go on where the goroutine had called C, whose frames a panic has passed. */
static uintptr_t callback_pass(struct walk *walk, uintptr_t cfa)
{
	struct goroutine *goroutine = &walk->state->goroutine;
	uintptr_t pc = load(arch_slot_of(cfa)), next, at;
	frame_rule rule = frame_rule_get(pc);

	next = cfa + frame_rule_cfa_offset(rule);
	at = arch_slot_of(next);
	if (frame_rule_kind(rule) != CFI_SP || next <= cfa || at % sizeof(at) ||
	    !stack_bounds_hold(&walk->view.bounds, at) || !go_runtime_at(load(at)))
		return cut(walk, CUT_GO_CALLBACK);
	goroutine->pc = pc;
	goroutine->sp = cfa;
	known_skip(walk);
	walk->point = (struct walk_point){ load(at), next, goroutine->id };
	walk->fp_words = 0;
	return goroutine_run(walk, at);
}

/*
 * The walk is in cgocallback, on the goroutine's stack: C has called it, on the thread's, where
 * it has a frame as well. Beyond, the goroutine goes on where it had called C. If it begins
 * there, a thread of C has borrowed it.
 */
static uintptr_t goroutine_leave(struct walk *walk, frame_rule rule)
{
	struct goroutine *goroutine = &walk->state->goroutine;
	const struct stack_bounds *own = &walk->state->stacks.own;
	uintptr_t cfa = walk->point.sp + frame_rule_cfa_offset(rule);
	uintptr_t frame = goroutine->system_sp;
	uintptr_t at = frame + frame_rule_cfa_offset(rule) - sizeof(at), outer;
	const struct go_runtime *runtime;

	if (cfa <= walk->point.sp ||
	    !stack_bounds_hold(&walk->view.bounds, arch_slot_of(cfa)) ||
	    frame % sizeof(frame) || !stack_bounds_hold(own, frame) ||
	    !stack_bounds_hold(own, at + sizeof(at)))
		return cut(walk, CUT_GO_CALLBACK);
	runtime = go_runtime_at(load(at));
	if (!runtime || !go_runtime_is_in(runtime, GO_CROSSCALL2, load(at)) ||
	    !is_same_callback(walk, frame, cfa))
		return callback_pass(walk, cfa);
	if (!walk->is_in_call)
		walk->calls += has_counted_call(walk, runtime);
	goroutine->pc = load(arch_slot_of(cfa));
	goroutine->sp = cfa;
	outer = load(frame);
	goroutine->system_sp = outer > frame ? outer : 0;
	if (frame_rule_kind(frame_rule_get(goroutine->pc)) == CFI_END)
		walk->is_of_thread = true;
	walk->is_on_goroutine = false;
	walk->view = (struct stack_view){ *own, UINTPTR_MAX, true };
	walk->point = (struct walk_point){ load(at), at + sizeof(at), 0 };
	walk->fp_words = 0;
	return at;
}

/* ---- a switch -------------------------------------------------------------------- */

/* A frame that is too large for a cached rule. */
static uintptr_t large_step(struct walk *walk, const struct go_runtime *runtime)
{
	struct go_frame frame = go_frame_find(runtime, walk->point.ip);
	uintptr_t cfa = walk->point.sp + frame.cfa_offset;

	if (frame.kind != GO_FRAME_PLAIN ||
	    !stack_view_can_step(&walk->view, walk->point.sp, cfa, 0))
		return cut(walk, CUT_GO_FRAME);
	walk->point.ip = load(arch_slot_of(cfa));
	walk->point.sp = cfa;
	return arch_slot_of(cfa);
}

/* Step over a frame like any other's, which cgocallback has before it leaves the thread's stack. */
static uintptr_t plain_step(struct walk *walk, frame_rule rule)
{
	uintptr_t cfa = walk->point.sp + frame_rule_cfa_offset(rule);

	if (!stack_view_can_step(&walk->view, walk->point.sp, cfa, 0))
		return cut(walk, CUT_OFF_STACK);
	walk->point.ip = load(arch_slot_of(cfa));
	walk->point.sp = cfa;
	return arch_slot_of(cfa);
}

/* The walk is on the thread's own stack, in a function of the runtime. */
static uintptr_t own_switch(struct walk *walk, const struct go_runtime *runtime,
                            frame_rule rule)
{
	uintptr_t ip = walk->point.ip, slot = arch_slot_of(walk->point.sp);
	struct goroutine *goroutine = &walk->state->goroutine;
	bool is_call = go_runtime_is_in(runtime, GO_ASMCGOCALL, ip), is_known;

	if (likely(is_call) && (walk->has_crossed || goroutine_find(runtime, goroutine)) &&
	    goroutine_called(runtime, goroutine, slot))
		return goroutine_enter(walk, runtime, slot, true);
	if (go_runtime_is_in(runtime, GO_CGOCALLBACK, ip))
		return plain_step(walk, rule);
	if (!go_runtime_switches(runtime, ip))
		return c_among_go_step(walk, runtime, rule);
	if (go_runtime_is_in(runtime, GO_MCALL, ip))
		return 0; /* the scheduler: no goroutine's code has called it */
	is_known = walk->has_crossed || goroutine_find(runtime, goroutine);
	if (is_call || (!go_runtime_is_in(runtime, GO_SYSTEMSTACK, ip) &&
	                !go_runtime_is_in(runtime, GO_MORESTACK, ip)))
		return system_step(walk, runtime, slot, rule);
	if (!is_known && go_runtime_is_in(runtime, GO_MORESTACK, ip))
		return 0; /* the goroutine was to give way: the scheduler */
	return is_known ? goroutine_enter(walk, runtime, slot, false)
	                : cut(walk, CUT_GO_SYSTEM);
}

uintptr_t goroutine_walk_switch(struct walk *walk, frame_rule rule)
{
	const struct go_runtime *runtime = go_runtime_at(walk->point.ip);

	if (!runtime || !walk->pushed)
		return cut(walk, CUT_GO_UNKNOWN);
	if (!frame_rule_cfa_offset(rule))
		return large_step(walk, runtime);
	if (walk->view.is_own)
		return own_switch(walk, runtime, rule);
	if (walk->is_on_goroutine &&
	    go_runtime_is_in(runtime, GO_CGOCALLBACK, walk->point.ip))
		return goroutine_leave(walk, rule);
	return cut(walk, CUT_GO_SIGNAL);
}

/* ---- one frame ------------------------------------------------------------------- */

bool goroutine_walk_meets(struct walk *walk, uintptr_t slot, uintptr_t return_address)
{
	const struct walk_frame *frames = walk->state->stack.frames;
	uint64_t id = walk->state->goroutine.id;
	uintptr_t key = goroutine_walk_key(walk, slot);
	const struct walk_frame *frame;

	while (walk->known && frame_is_go(&frames[walk->known - 1]) &&
	       (frames[walk->known - 1].slot < key || frames[walk->known - 1].fp != id))
		walk->known--;
	if (!walk->known)
		return false;
	frame = &frames[walk->known - 1];
	if (frame->slot != key || frame->fp != id ||
	    frame->return_address != return_address)
		return false;
	return known_stands(walk);
}

/* ---- short walks ------------------------------------------------------------------ */

/* Whether this frame of the last event is the one in which the goroutine called C. */
static bool is_calling(const struct walk_frame *frame,
                       const struct goroutine *goroutine)
{
	frame_rule rule = frame_rule_get(goroutine->pc);
	uintptr_t at = goroutine->sp + frame_rule_cfa_offset(rule) - sizeof(at);

	return frame_rule_kind(rule) == CFI_SP && at >= goroutine->low &&
	       at < goroutine->high &&
	       frame->slot == (FRAME_KEY | (FRAME_DEPTHS - (goroutine->high - at))) &&
	       frame->fp == goroutine->id && frame->return_address == load(at);
}

/*
 * The number alone does not do: the runtime calls C without counting (os.Setenv), from the same
 * slot. Such a call comes from another frame.
 */
bool goroutine_walk_short(const struct thread_state *state, uintptr_t slot,
                          uintptr_t return_address, uint32_t pushed, uint32_t *keep)
{
	const struct go_runtime *runtime = go_runtime_at(return_address);
	const struct walk_frame *frames = state->stack.frames;
	uint32_t i = state->stack.depth;
	struct goroutine goroutine;

	while (i && !frame_is_call(&frames[i - 1]))
		i--;
	if (i < 2 || frames[i - 1].fp != slot || frames[i - 1].slot & CALL_UNIQUE ||
	    i + pushed + STACK_DEPTH_CUT > state->stack.capacity ||
	    i + pushed > STACK_DEPTH_MAX / 2)
		return false;
	if (!runtime || !state->call_key ||
	    call_key_of(state->goroutine.machine,
	                goroutine_calls(runtime, &state->goroutine)) != state->call_key ||
	    !goroutine_find(runtime, &goroutine) || !goroutine.calls ||
	    goroutine.labels != state->strand.labels ||
	    call_key(&goroutine, goroutine.calls) != state->call_key ||
	    !goroutine_called(runtime, &goroutine, slot) ||
	    !is_calling(&frames[i - 2], &goroutine))
		return false;
	*keep = i;
	return true;
}
