/* self/fault_passed.c - the signal frames of handlers that may be running. */
#include "self/fault_passed.h"

#include <stdatomic.h>
#include <stddef.h>

#include "arch.h"
#include "system/system.h"

/*
 * A thread's handlers usually begin at one address, the end of its signal stack. Handlers that
 * run into faults themselves have their frames below.
 */
#define PASSED 64
#define SLOTS 4 /* slots that may hold one fault */
static struct passed_fault passed[PASSED + SLOTS - 1];
static uint64_t passed_count; /* since the start; racing threads may lose one */
static _Atomic bool has_passed;

/* The slot of the fault with this frame: the one that has it, an empty one, or the oldest. */
static struct passed_fault *slot_of(const void *context)
{
	struct passed_fault
		*slot = &passed[((uintptr_t)context >> 4) * UINT64_C(0x9E3779B97F4A7C15) >> 58];
	struct passed_fault *best = slot;

	for (int i = 0; i < SLOTS; i++) {
		if (slot[i].context == context)
			return &slot[i];
		if (best->context && (!slot[i].context || slot[i].number < best->number))
			best = &slot[i];
	}
	return best;
}

struct fault_cause fault_cause_of(const siginfo_t *info)
{
	return (struct fault_cause){
		.signal = info->si_signo,
		.code = info->si_code,
		.address = info->si_code > 0 ? (uintptr_t)info->si_addr : 0,
	};
}

/* Of two threads' faults in one slot the later stays, or a mix of both: see below. */
void fault_passed_add(const siginfo_t *info, const void *context, uint32_t epoch)
{
	struct passed_fault *slot = slot_of(context);

	slot->cause = fault_cause_of(info);
	slot->info = info;
	arch_context_registers(context, &slot->ip, &slot->sp, &slot->fp);
	slot->epoch = epoch;
	slot->number = passed_count++;
	slot->context = context;
	atomic_store_explicit(&has_passed, true, memory_order_release);
}

void fault_passed_forked(void)
{
	for (int i = 0; i < PASSED + SLOTS - 1; i++) {
		if (passed[i].epoch)
			passed[i].context = NULL;
	}
}

static bool is_at(const struct passed_fault *fault, const void *context)
{
	uintptr_t ip, sp, fp;

	arch_context_registers(context, &ip, &sp, &fp);
	return ip == fault->ip && sp == fault->sp && fp == fault->fp;
}

/* On a stack other than the thread's own, memory above may have been unmapped. */
static bool is_mapped(const struct passed_fault *fault)
{
	return system_is_readable(fault->context) &&
	       system_is_readable((const char *)fault->context + sizeof(ucontext_t) - 8) &&
	       system_is_readable(fault->info) &&
	       system_is_readable((const char *)fault->info + sizeof(siginfo_t) - 8);
}

/* The signal frame is unchanged: no one has used its memory since. */
static bool is_there(const struct passed_fault *fault)
{
	struct fault_cause cause;

	if (!is_mapped(fault))
		return false;
	cause = fault_cause_of(fault->info);
	return is_at(fault, fault->context) && cause.signal == fault->cause.signal &&
	       cause.code == fault->cause.code && cause.address == fault->cause.address;
}

bool fault_passed_any(void)
{
	return atomic_load_explicit(&has_passed, memory_order_acquire);
}

bool fault_passed_find(uintptr_t sp, uintptr_t high, struct passed_fault *found)
{
	struct passed_fault *innermost = NULL;

	if (!fault_passed_any())
		return false;
	for (int i = 0; i < PASSED + SLOTS - 1; i++) {
		uintptr_t frame = (uintptr_t)passed[i].context;

		/* The kernel puts `context` above `info`. */
		if (frame > sp && frame < (uintptr_t)passed[i].info &&
		    (uintptr_t)passed[i].info + sizeof(siginfo_t) <= high &&
		    (!innermost || frame < (uintptr_t)innermost->context) &&
		    is_there(&passed[i]))
			innermost = &passed[i];
	}
	if (!innermost)
		return false;
	*found = *innermost;
	innermost->context = NULL;
	return true;
}

void fault_passed_keep(const struct passed_fault *found)
{
	*slot_of(found->context) = *found;
}

bool fault_passed_again(const void *context, struct passed_fault *found)
{
	for (int i = 0; i < PASSED + SLOTS - 1; i++) {
		if (!passed[i].context || !is_at(&passed[i], context))
			continue;
		*found = passed[i];
		passed[i].context = NULL;
		return true;
	}
	return false;
}

bool fault_passed_at(uintptr_t ip, struct passed_fault *found)
{
	bool is_found = false;

	for (int i = 0; i < PASSED + SLOTS - 1; i++) {
		if (!passed[i].context || passed[i].ip != ip ||
		    (is_found && passed[i].number < found->number))
			continue;
		*found = passed[i];
		is_found = true;
	}
	return is_found;
}
