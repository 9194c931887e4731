/*
 * stack/interrupted_frames.c - which frames beyond a signal may have stubs.
 *
 * At a call, call frame information is exact, and a function that reads its own return address
 * has usually read it already. Where a signal interrupts, neither need be true:
 *
 * - Code from assemblers, or built only for exceptions, moves the stack pointer without call
 *   frame information. The word that a walk then finds is no return address, or was not put
 *   there by a call. So a stub may only replace an address that a call can have put there.
 * - setjmp() and getcontext() keep their return address, and use it more than once. That is
 *   why stubs beyond a signal are bound from the start (see stack/stub_pool.h): whoever
 *   keeps such a stub returns to the right address.
 * - dlsym() identifies its caller by the return address. So libc's functions get no stub
 *   unless they have called another function. The loader, which searches a function by a
 *   return address that is not its own, gets none anywhere, nor do our hooks.
 */
#include "stack/interrupted_frames.h"

#include "arch.h"
#include "modules/cfi.h"
#include "modules/real.h"
#include "stack/stub_pool.h"

static bool module_holds(const struct cfi_module *module, uintptr_t address)
{
	return module->start <= address && address < module->end;
}

static bool owner_may_be_patched(uintptr_t owner, bool is_calling)
{
	struct cfi_module module;

	return cfi_module_find(owner - 1, &module) && !cfi_is_loader(owner - 1) &&
	       !module_holds(&module, (uintptr_t)outlive_stubs) &&
	       (is_calling || !module_holds(&module, (uintptr_t)real.exit));
}

/* Whether a call instruction is right before the address. */
static bool can_be_returned_to(uintptr_t return_address)
{
	uintptr_t first = return_address - ARCH_CALL_BYTES_MAX;
	struct cfi_module module;

	return cfi_module_find(first, &module) && cfi_module_code_end(&module, first) &&
	       arch_follows_call(return_address);
}

bool interrupted_slot_is_patchable(const struct walk_frame *owner, uintptr_t slot,
                                   uintptr_t return_address, uint16_t flags)
{
	/* The kernel calls handlers, without a call instruction. */
	return flags & FRAME_PATCHABLE && *(const uintptr_t *)slot == return_address &&
	       (flags & FRAME_SIGNAL || can_be_returned_to(return_address)) &&
	       owner_may_be_patched(owner->return_address, !(owner->flags & FRAME_STOPPED));
}
