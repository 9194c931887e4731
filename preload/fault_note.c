/*
 * fault_note.c - what kind of fault it is, and its record. Layer 11.
 *
 * Nothing goes on after it: the recorder may have been interrupted anywhere. Should a fault
 * happen here, the signal is blocked, and the kernel ends the process by it.
 */
#include "fault_note.h"

#include "cfi.h"
#include "definitions.h"
#include "lifecycle.h"
#include "record.h"
#include "ring_file.h"
#include "signal_stack.h"

#define WALK_BYTES 12288 /* of the stack, for a walk and a look into /proc */
#define NOTE_BYTES 2560  /* for a record without them */

/* An instruction accesses memory so far below the stack pointer at most: a red zone, a
 * probe of the frame it is about to make. */
#define BELOW_BYTES UINT64_C(65536)

/* A frame that does not fit takes the stack pointer so far beyond the end at most. */
#define BEYOND_BYTES (UINT64_C(1) << 30)

struct fault_place {
	uintptr_t ip, sp, bp;
	bool has_mapping; /* of the thread's own stack, whatever stack it was on */
	struct stack_mapping mapping;
};

/* How much of the stack we are on is left. */
static uint64_t room_bytes(void)
{
	uintptr_t here = (uintptr_t)__builtin_frame_address(0);
	stack_t stack;

	signal_stack_look(&stack);
	if (stack.ss_flags & SS_DISABLE || here - (uintptr_t)stack.ss_sp >= stack.ss_size)
		return UINT64_MAX; /* the thread's own: it was the program's to leave some */
	return here - (uintptr_t)stack.ss_sp;
}

/* The end of the thread's own stack; 0: not known. */
static uintptr_t own_high(void)
{
	return guard.state ? guard.state->own_stack.high : guard.stack_high;
}

static void mapping_find(struct fault_place *place)
{
	const struct stack_bounds *own = &guard.state->own_stack;
	struct stack_mapping *mapping = &place->mapping;

	place->has_mapping = own->high && stack_mapping_find(own->high - 1, mapping);
	/* Without a guard other memory may follow in the same mapping. */
	if (place->has_mapping && !mapping->is_main && mapping->guard_low == mapping->low &&
	    mapping->low < own->low)
		mapping->low = mapping->guard_low = own->low;
}

/*
 * The frame begins on the thread's own stack, and the stack pointer is below all of that: it
 * is no other stack's, but the frame is larger than what was left, and the guard.
 */
static bool is_frame_too_large(const struct fault_place *place)
{
	struct cfi_module module;
	struct cfi_rule rule;
	uintptr_t slot;

	if (place->sp >= place->mapping.low || !cfi_module_find(place->ip, &module))
		return false;
	rule = cfi_rule_find(&module, place->ip + 1);
	if (rule.kind != CFI_SP && rule.kind != CFI_BP)
		return false;
	slot = (rule.kind == CFI_SP ? place->sp : place->bp) + rule.cfa_offset -
	       sizeof(slot);
	return slot >= place->mapping.low && slot < own_high();
}

/*
 * The stack ran into its end: the access was below it, and not far from where the stack
 * pointer stood, or where it had gone to when a large frame was made. Below the main
 * thread's lies nothing that it could not have grown into, but for its limit. (Whatever
 * else is accessed, be it another thread's guard pages, is no overflow.)
 */
static bool is_overflow(const struct fault_place *place, const siginfo_t *info)
{
	uintptr_t address = (uintptr_t)info->si_addr;
	const struct stack_mapping *mapping = &place->mapping;

	if (info->si_signo != SIGSEGV || !place->has_mapping ||
	    (info->si_code != SEGV_MAPERR && info->si_code != SEGV_ACCERR) ||
	    address >= mapping->low || address + BELOW_BYTES < place->sp)
		return false;
	if (mapping->is_main && place->sp + BEYOND_BYTES > mapping->low)
		return true;
	return (!mapping->is_main && address >= mapping->guard_low) ||
	       is_frame_too_large(place);
}

static enum fault_kind kind_of(const struct fault_place *place, const siginfo_t *info)
{
	if (info->si_code <= 0)
		return FAULT_SENT;
	if (info->si_code == SI_KERNEL)
		return FAULT_NO_ADDRESS;
	return is_overflow(place, info) ? FAULT_STACK_OVERFLOW : FAULT_OTHER;
}

static void fault_record(struct fault_place *place, const siginfo_t *info,
                         uintptr_t inner_slot)
{
	struct walk_start at = { place->sp - sizeof(uintptr_t), place->ip + 1, place->bp };
	struct fault fault = {
		.signal = info->si_signo,
		.address = info->si_code > 0 ? (uintptr_t)info->si_addr : 0,
		.instruction = place->ip,
		.kind = kind_of(place, info), /* as far as it is known without a mapping */
	};
	const struct stack_mapping *mapping = NULL;
	uintptr_t high;

	if (!thread_state_get()) /* its bounds are wanted */
		return;
	high = own_high();
	if (room_bytes() < WALK_BYTES) {
		if (fault.kind == FAULT_OTHER && info->si_signo == SIGSEGV)
			fault.kind = FAULT_NOT_JUDGED;
		record_fault_only(&fault);
		return;
	}
	mapping_find(place);
	fault.kind = kind_of(place, info);
	if (fault.kind == FAULT_STACK_OVERFLOW ||
	    (place->has_mapping && place->sp >= place->mapping.low && place->sp < high)) {
		fault.depth_bytes = high - place->sp;
		mapping = &place->mapping;
	}
	record_fault(&at, &fault, mapping, inner_slot);
}

void fault_note(int signal, const siginfo_t *info, const void *context)
{
	struct fault_place place = { 0 };
	struct walk_start at = { 0 };
	uintptr_t inner_slot = guard.sp;

	(void)signal;
	arch_context_registers(context, &place.ip, &place.sp, &place.bp);
	at.slot = place.sp;
	if (!lifecycle_recording || guard.flags & GUARD_INTERNAL ||
	    room_bytes() < NOTE_BYTES)
		return;
	if (inner_slot) {
		if (!*lifecycle_sentinel)
			return;
		/* What it was at may be half done. */
		if (guard.state)
			thread_state_abandon(guard.state);
		definitions_abandon();
	} else if (!lifecycle_enter(&at)) {
		return;
	}
	/* The child of a vfork() has its parent's memory. */
	if (ring.header->pid == system_pid())
		fault_record(&place, info, inner_slot);
	if (!inner_slot)
		guard_leave();
}
