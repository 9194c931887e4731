/*
 * stack/interrupted_frames.c - which frames that a signal interrupted may have stubs.
 *
 * At a call, call frame information is exact, and whoever reads its own return address has
 * read it, as a rule. Where a signal comes, neither need be so:
 *
 * - Code from assemblers, or built for exceptions alone, moves the stack pointer without
 *   saying so. What is then found in the wrong place is no return address, or not one that
 *   a call has put there: a stub takes the place of nothing else.
 * - setjmp() and getcontext() keep their return address, and use it more than once. That is
 *   why stubs beyond a signal are bound ones from the start (see stack/stub_pool.h): whoever keeps
 *   one comes to where it must.
 * - dlsym() tells its caller by it: libc's functions are left alone unless they have called
 *   another. So is, wherever it is, the loader, which finds a function for a return address
 *   that is not its own; and so are our hooks.
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

/* True if a call lies before it. */
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
	/* The kernel calls handlers without an instruction. */
	return flags & FRAME_PATCHABLE && *(const uintptr_t *)slot == return_address &&
	       (flags & FRAME_SIGNAL || can_be_returned_to(return_address)) &&
	       owner_may_be_patched(owner->return_address, !(owner->flags & FRAME_STOPPED));
}
