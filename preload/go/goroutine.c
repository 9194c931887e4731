/*
 * go/goroutine.c - read the runtime's structs g and m of the calling thread.
 *
 * Source: runtime/runtime2.go and asm_amd64.s. A g, an m and the system's g are never unmapped.
 * The stack of a goroutine that waits for its thread is neither moved nor freed.
 */
#include "go/goroutine.h"

#include <string.h>

#include "arch.h"
#include "system/system.h"

/* The same offsets in all versions. */
enum { G_LOW = 0, G_HIGH = 8, G_MACHINE = 48, G_SP = 56, G_PC = 64, M_SYSTEM = 0 };

#define STACK_BYTES_MAX (UINT64_C(1) << 30)
#define ID_MAX (UINT64_C(1) << 40)

/* So many goroutines are read with a check of each address: the offsets may be wrong. */
#define CHECKED 64
static _Atomic uint32_t checked;

static bool word_read(uintptr_t address, bool is_sure, uint64_t *word)
{
	if (!address || address % sizeof(*word) || address >> ARCH_ADDRESS_BITS ||
	    (!is_sure && !system_is_surely_readable((const void *)address)))
		return false;
	memcpy(word, (const void *)address, sizeof(*word));
	return true;
}

/* Whether what was read may be a goroutine that waits. */
static bool is_plausible(const struct go_runtime *runtime,
                         const struct goroutine *goroutine)
{
	const struct go_tables *tables = &runtime->tables;

	return goroutine->low < goroutine->high &&
	       goroutine->high - goroutine->low <= STACK_BYTES_MAX &&
	       !(goroutine->high >> ARCH_ADDRESS_BITS) && goroutine->high % 8 == 0 &&
	       goroutine->low <= goroutine->sp && goroutine->sp < goroutine->high &&
	       goroutine->sp % 8 == 0 && goroutine->id && goroutine->id < ID_MAX &&
	       go_runtime_at(goroutine->pc) &&
	       tables->text_end; /* the pc may be a plugin's */
}

bool goroutine_find(const struct go_runtime *runtime, struct goroutine *goroutine)
{
	bool is_sure = atomic_load_explicit(&checked, memory_order_relaxed) >= CHECKED;
	uint64_t g = 0, m = 0, system = 0, system_m = 0, system_id = 1, own_m = 0;

	if (!runtime->has_runtime ||
	    !word_read(arch_thread_pointer() + (uintptr_t)runtime->code.thread_g, true,
	               &g) ||
	    !word_read(g + G_MACHINE, is_sure, &m) ||
	    !word_read(m + M_SYSTEM, is_sure, &system) || g != system ||
	    !word_read(m + runtime->code.m_current, is_sure, &g) ||
	    !word_read(system + G_MACHINE, is_sure, &system_m) || system_m != m ||
	    !word_read(system + runtime->g_id, is_sure, &system_id) || system_id)
		return false;
	*goroutine = (struct goroutine){ .machine = m };
	if (!word_read(system + G_SP, is_sure, &goroutine->system_sp) ||
	    !word_read(g + G_LOW, is_sure, &goroutine->low) ||
	    !word_read(g + G_HIGH, is_sure, &goroutine->high) ||
	    !word_read(g + G_MACHINE, is_sure, &own_m) || own_m != m ||
	    !word_read(g + G_SP, is_sure, &goroutine->sp) ||
	    !word_read(g + G_PC, is_sure, &goroutine->pc) ||
	    !word_read(g + runtime->g_id, is_sure, &goroutine->id) ||
	    (runtime->g_start &&
	     !word_read(g + runtime->g_start, is_sure, &goroutine->start)) ||
	    (runtime->code.m_calls &&
	     !word_read(m + runtime->code.m_calls, is_sure, &goroutine->calls)) ||
	    !is_plausible(runtime, goroutine))
		return false;
	if (!go_runtime_at(goroutine->start))
		goroutine->start = 0;
	if (!is_sure) {
		if (!system_is_surely_readable((const void *)(goroutine->high - 8)) ||
		    !system_is_surely_readable((const void *)goroutine->sp))
			return false;
		atomic_fetch_add_explicit(&checked, 1, memory_order_relaxed);
	}
	return true;
}

static uintptr_t word_at(uintptr_t address)
{
	return *(const uintptr_t *)address;
}

bool goroutine_called(const struct go_runtime *runtime,
                      const struct goroutine *goroutine, uintptr_t slot)
{
	const struct go_code *code = &runtime->code;
	uintptr_t saved = (goroutine->system_sp - code->saved_below) & ~(uintptr_t)15;
	uintptr_t g;

	if (!goroutine->system_sp || saved - sizeof(saved) != slot)
		return false;
	g = word_at(goroutine->machine + code->m_current);
	return word_at(saved + code->saved_g) == g &&
	       word_at(saved + code->saved_depth) == goroutine->high - goroutine->sp;
}

uintptr_t goroutine_caller_sp(const struct go_runtime *runtime, uintptr_t pc,
                              uintptr_t slot)
{
	uintptr_t saved = slot + sizeof(slot), below = 0, sp;

	if (go_runtime_is_in(runtime, GO_ASMCGOCALL, pc)) {
		if (word_at(saved + runtime->code.saved_g))
			return 0;
		below = runtime->code.saved_below;
		sp = word_at(saved + runtime->code.saved_depth);
	} else {
		sp = word_at(saved);
	}
	return sp >= saved + below && sp - saved - below < 16 && sp % 8 == 0 ? sp : 0;
}
