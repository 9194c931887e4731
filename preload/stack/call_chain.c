/* stack/call_chain.c - follow the calls in progress by the unwinder, from the hook outwards. */
#include "stack/call_chain.h"

#include "arch.h"
#include "modules/cfi.h"
#include "modules/slow_walk.h"

#define FRAMES_MAX 4096
#define MAIN_BASE_BYTES 1024
#define BASE_BYTES \
	(64 * 1024) /* a thread's first frames; its static variables may follow */

extern void *__libc_stack_end; /* set by ld.so: where the main thread's stack begins */

struct search {
	const struct walk_start *caller;
	uintptr_t slot, target;
	uintptr_t
		sp; /* of the frame before, on the same stack; 0: the caller was not met yet */
	uint32_t frames;
	enum call_chain chain;
};

static bool is_at_base(uintptr_t sp)
{
	uintptr_t main_base = (uintptr_t)__libc_stack_end, base = arch_thread_pointer();

	return main_base - sp < MAIN_BASE_BYTES || base - sp < BASE_BYTES;
}

/* The frame's rule, from the tables: finding it in the cache of rules might write a record. */
static enum cfi_kind kind_of(const struct walk_point *point, bool is_interrupted)
{
	struct cfi_module module;

	if (!cfi_module_find(point->ip - !is_interrupted, &module))
		return CFI_NO_CODE;
	return cfi_rule_find(&module, point->ip + is_interrupted).kind;
}

static bool is_frame_of(uintptr_t sp, uintptr_t slot)
{
	/* A hook that keeps a frame pointer may be known by where it saved its caller's. */
	return arch_slot_of(sp) == slot || arch_slot_of(sp) == slot + sizeof(slot);
}

static bool visit(void *context, const struct walk_point *point, bool is_interrupted)
{
	struct search *search = context;
	enum cfi_kind kind;

	if (!search->sp) {
		if (is_frame_of(point->sp, search->caller->slot))
			search->sp = point->sp;
		return search->frames++ < FRAMES_MAX;
	}
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
	kind = kind_of(point, is_interrupted);
	if (kind == CFI_END && is_at_base(point->sp))
		search->chain = CALL_CHAIN_OUTERMOST;
	/* The unwinder would follow what is no code that it knows. */
	return kind != CFI_END && kind != CFI_NONE && kind != CFI_NO_CODE;
}

enum call_chain call_chain_find(const struct walk_start *caller, uintptr_t slot,
                                uintptr_t target)
{
	struct search search = { .caller = caller, .slot = slot, .target = target };

	slow_walk(NULL, visit, &search);
	return search.chain;
}
