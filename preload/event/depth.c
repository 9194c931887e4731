/* event/depth.c - write DEPTH, TOUCHED, FAULT and NAME records. */
#include "event/depth.h"

#include "event/control.h"
#include "modules/frame_rule.h"
#include "system/pace.h"
#include "stack/signal_stack.h"
#include "system/stack_bounds.h"

extern void *__libc_stack_end; /* set by ld.so: where the main thread's stack begins */

#define FIELD_BYTES_MAX 10
#define FIELDS_MAX 6
#define HEAD_BYTES_MAX (1 + 3 + FIELDS_MAX * FIELD_BYTES_MAX)

/* A DEPTH record is written after this many bytes of events on average, at least after half. */
#define SAMPLE_BYTES 4096

/* A stack must get deeper by this much for a new DEPTH record. */
#define DEPTH_STEP_BYTES 64

/* ---- DEPTH -------------------------------------------------------------------- */

/* Returns the known stack that contains `slot`; NULL: none does. */
static const struct stack_bounds *stack_of(const struct thread_state *state,
                                           uintptr_t slot)
{
	if (stack_bounds_hold(&state->stacks.own, slot))
		return &state->stacks.own;
	return stack_other_find(state, slot);
}

/*
 * Find the bounds of a stack that is not the thread's own: those of the signal stack if `slot`
 * is on it, else those of the mapping. A program with thousands of stacks has a long list of
 * mappings to search, so this is not done for each. False: unknown; then `slot` is recorded as
 * a stack of one word.
 */
static bool other_bounds_find(uintptr_t slot, struct stack_bounds *bounds)
{
	static struct pace pace;
	uint64_t begin = clock_before();
	stack_t signal_stack;
	bool is_found;

	signal_stack_check(&signal_stack);
	bounds->low = (uintptr_t)signal_stack.ss_sp;
	bounds->high = bounds->low + signal_stack.ss_size;
	if (!(signal_stack.ss_flags & SS_DISABLE) && stack_bounds_hold(bounds, slot))
		return true;
	is_found = pace_allows(&pace, begin) && stack_bounds_find(slot, bounds);
	if (is_found)
		pace_took(&pace, begin);
	else
		*bounds = (struct stack_bounds){ slot, slot + sizeof(slot) };
	return is_found;
}

static struct stack_bounds *other_new(struct thread_state *state)
{
	return &state->stacks.others[state->stacks.other_count++ % STACK_CACHE_SIZE];
}

/* Returns the stack of the last event; searches for it if it is new. NULL: none, or unknown. */
static const struct stack_bounds *stack_learn(struct thread_state *state,
                                              uintptr_t slot)
{
	const struct stack_bounds *stack = slot ? stack_of(state, slot) : NULL;
	struct stack_bounds *other;

	if (!slot || (stack && stack->high - stack->low > sizeof(slot)))
		return stack;
	if (stack)
		return NULL;
	other = other_new(state);
	return other_bounds_find(slot, other) ? other : NULL;
}

/* Returns the size of an entry as a DEPTH record has it. */
static uint64_t entry_words(const struct thread_state *state, uint32_t index)
{
	const struct walk_frame *frame = &state->stack.frames[index];
	const struct stack_bounds *stack = stack_of(state, frame->slot);
	uintptr_t outer;

	if (!stack)
		return 0;
	if (index) {
		outer = frame[-1].slot;
		return outer > frame->slot && stack_bounds_hold(stack, outer)
		           ? (outer - frame->slot) / sizeof(outer) + 1
		           : 0;
	}
	/* The rest of a stack that was cut does not belong to this entry. */
	if (stack != &state->stacks.own ||
	    frame_rule_kind(frame_rule_get(frame->return_address)) != CFI_END)
		return 0;
	return (stack->high - frame->slot) / sizeof(outer) + 1;
}

/* Returns the index of the outermost entry whose size is not yet written in this run. */
static uint32_t sized_count(const struct thread_state *state)
{
	uint32_t first = state->stack.depth;

	while (first && !(state->stack.frames[first - 1].flags & FRAME_SIZED))
		first--;
	return first;
}

uint32_t depth_bytes_max(const struct thread_state *state)
{
	uint32_t size_bytes = HEAD_BYTES_MAX;

	for (uint32_t i = 0; i < state->stack.depth; i++)
		size_bytes += varint_bytes(entry_words(state, i));
	return size_bytes;
}

bool depth_record(struct thread_state *state)
{
	uint32_t first = sized_count(state), sizes_bytes = 0;
	uintptr_t slot = state->stack.depth
	                     ? state->stack.frames[state->stack.depth - 1].slot
	                     : 0;
	const struct stack_bounds *stack = stack_learn(state, slot);
	uint64_t fields[FIELDS_MAX] = { STACK_OTHER, 0,     0,
		                            0,           first, state->stack.depth - first };
	stack_t signal_stack;
	uint8_t *at;

	if (!stack)
		return true; /* nothing to write */
	fields[3] = stack->high - slot;
	if (stack == &state->stacks.own) {
		fields[0] = STACK_OWN;
	} else {
		fields[1] = stack->high;
		fields[2] = stack->high - stack->low;
		signal_stack_check(&signal_stack);
		if (!(signal_stack.ss_flags & SS_DISABLE) &&
		    slot - (uintptr_t)signal_stack.ss_sp < signal_stack.ss_size) {
			fields[0] = STACK_SIGNAL;
			fields[1] = (uintptr_t)signal_stack.ss_sp + signal_stack.ss_size;
			fields[2] = signal_stack.ss_size;
			fields[3] = fields[1] - slot;
		}
	}
	for (uint32_t i = first; i < state->stack.depth; i++)
		sizes_bytes += varint_bytes(entry_words(state, i));
	at = control_begin(state, CONTROL_DEPTH, fields, FIELDS_MAX, sizes_bytes);
	if (!at)
		return false;
	for (uint32_t i = first; i < state->stack.depth; i++) {
		at = varint_put(at, entry_words(state, i));
		/* The innermost entry is different in every event. */
		if (i + 1 < state->stack.depth)
			state->stack.frames[i].flags |= FRAME_SIZED;
	}
	control_commit(state, at);
	return true;
}

void depth_put_off(struct thread_state *state, uint64_t time)
{
	uint32_t chance = FORMAT_HASH(time, 12); /* below SAMPLE_BYTES */

	state->cursor.depth_at = state->cursor.used + SAMPLE_BYTES / 2 + chance;
	state->cursor.used_limit = CHUNK_BYTES - SHORT_BYTES_MAX;
	if (state->cursor.used_limit > state->cursor.depth_at)
		state->cursor.used_limit = state->cursor.depth_at;
}

void depth_settle(struct thread_state *state, uintptr_t slot, uint64_t time)
{
	const struct stack_bounds *own = &state->stacks.own;

	if (state->cursor.used > state->cursor.depth_at)
		depth_put_off(state, time);
	if (depth_is_new(state, slot)) {
		uintptr_t step = DEPTH_STEP_BYTES - sizeof(slot);

		state->stacks.seen.low = slot - own->low > step ? slot - step : own->low;
		state->stacks.seen.high = own->high;
	} else if (!stack_of(state, slot)) {
		*other_new(state) = (struct stack_bounds){ slot, slot + sizeof(slot) };
	}
}

/* ---- TOUCHED ------------------------------------------------------------------ */

#define SCAN_PAGES 128 /* checked in one call */

/*
 * The search for a thread's pages ends this far below the lowest page found: the kernel takes
 * some nanoseconds for each page, and there may be many threads. Of the main thread all are
 * checked.
 */
#define SEARCH_BEYOND_BYTES (UINT64_C(1) << 20)

/*
 * Returns the lowest resident page in [low, high), at most SCAN_PAGES pages; `high`: none.
 * *count: the number of resident pages.
 */
static uintptr_t resident_page(uintptr_t low, uintptr_t high, uint32_t *count)
{
	unsigned char resident[SCAN_PAGES] = { 0 };
	uintptr_t lowest = high;

	*count = 0;
	if (system_call(SYS_mincore, (long)low, (long)(high - low), (long)resident, 0, 0,
	                0) < 0)
		return high;
	for (uint32_t i = 0; low < high; i++, low += ARCH_PAGE_BYTES) {
		if (!(resident[i] & 1))
			continue;
		lowest = lowest < low ? lowest : low;
		++*count;
	}
	return lowest;
}

/*
 * Returns the lowest resident page from `high`, which is resident, down to `low`, or (unless
 * `whole`) down to a wide gap. A single page below such a gap is not part of a frame: Ruby
 * writes to the last page that its limit allows, so that the kernel maps the whole stack.
 */
static uintptr_t resident_low(uintptr_t low, uintptr_t high, bool whole)
{
	uintptr_t lowest = high, at = high;
	uint32_t count;

	while (at > low && (whole || lowest - at < SEARCH_BEYOND_BYTES)) {
		uintptr_t end = at, found;

		at = end - low > SCAN_PAGES * ARCH_PAGE_BYTES
		         ? end - SCAN_PAGES * ARCH_PAGE_BYTES
		         : low;
		found = resident_page(at, end, &count);
		if (found < end && (count > 1 || lowest - found < SEARCH_BEYOND_BYTES))
			lowest = found;
	}
	return lowest;
}

static inline uintptr_t page_of(uintptr_t address)
{
	return address & ~(uintptr_t)(ARCH_PAGE_BYTES - 1);
}

void touched_record(struct thread_state *state)
{
	const struct stack_bounds *own = &state->stacks.own;
	struct stack_mapping mapping = { 0 };
	uintptr_t high = page_of((uintptr_t)__builtin_frame_address(0)), low = own->low;
	uintptr_t deepest = state->stacks.seen.low + DEPTH_STEP_BYTES - sizeof(deepest);
	uint64_t depth_bytes;

	if (!state->cursor.chunk || !stack_bounds_hold(own, high))
		return;
	/* The main thread's stack is mapped as far as it has grown. */
	if (stack_bounds_hold(own, (uintptr_t)__libc_stack_end)) {
		if (!stack_mapping_find(high, &mapping))
			return;
		low = mapping.low > low ? mapping.low : low;
	}
	if (stack_bounds_hold(own, deepest) && deepest < high)
		high = page_of(deepest);
	low = page_of(low + ARCH_PAGE_BYTES - 1);
	depth_bytes = own->high - resident_low(low, high, mapping.is_main);
	control_put(state, CONTROL_TOUCHED, &depth_bytes, 1);
}

/* ---- FAULT, NAME -------------------------------------------------------------- */

/* A reader refuses a greater depth, which no stack pointer can have. */
#define DEPTH_BYTES_MAX (UINT64_C(1) << ARCH_ADDRESS_BITS)

void fault_put(struct thread_state *state, const struct fault *fault)
{
	uint64_t fields[] = { (uint64_t)fault->signal, fault->kind,        fault->address,
		                  fault->instruction,      fault->depth_bytes, fault->end };

	if (fault->depth_bytes > DEPTH_BYTES_MAX)
		fields[4] = 0;
	control_put(state, CONTROL_FAULT, fields, 6);
}

bool name_put(struct thread_state *state, uint64_t time, const uint64_t *name)
{
	uint64_t fields[] = { time, name[0], name[1] };

	return control_put(state, CONTROL_NAME, fields, 3);
}
