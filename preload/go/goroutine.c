/*
 * go/goroutine.c - read the runtime's structs g and m of the calling thread.
 *
 * Source: runtime/runtime2.go and asm_amd64.s. A g, an m and the system's g are never unmapped.
 * The stack of a goroutine that waits for its thread is neither moved nor freed.
 */
#include "go/goroutine.h"

#include <string.h>

#include "arch.h"
#include "ring/ring.h"
#include "system/system.h"

/* The same offsets in all versions. */
enum { G_LOW = 0, G_HIGH = 8, G_MACHINE = 48, G_SP = 56, G_PC = 64, M_SYSTEM = 0 };

#define STACK_BYTES_MAX (UINT64_C(1) << 30)
#define ID_MAX (UINT64_C(1) << 40)

/* So many goroutines are read with a check of each address: the offsets may be wrong. */
#define CHECKED 64
static _Atomic uint32_t checked;

static inline __attribute__((always_inline)) bool word_read(uintptr_t address,
                                                            bool is_sure,
                                                            uint64_t *word)
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
	       (goroutine->pc - tables->text < tables->text_end - tables->text ||
	        go_runtime_at(goroutine->pc));
}

/*
 * Get the thread's m. The thread runs C on its own stack, or did so until a signal came, whose
 * handler (Go's) has another g.
 */
static inline __attribute__((always_inline)) bool machine_read(
	const struct go_runtime *runtime, const bool is_sure, uint64_t *machine,
	uint64_t *system)
{
	uint64_t g = 0, of_signals = 0;

	return runtime->has_runtime &&
	       word_read(arch_thread_pointer() + (uintptr_t)runtime->code.thread_g, true,
	                 &g) &&
	       word_read(g + G_MACHINE, is_sure, machine) &&
	       word_read(*machine + M_SYSTEM, is_sure, system) &&
	       (likely(g == *system) ||
	        (word_read(*machine + runtime->code.m_signal, is_sure, &of_signals) &&
	         g == of_signals));
}

/* Of a goroutine that was ever started; a collection adds a bit. Source: runtime2.go. */
enum { STATUS_FIRST = 1, STATUS_LAST = 11, STATUS_SCANNED = 0x1000 };

/*
 * In an unknown version the number may be elsewhere. In all that are known, the status is right
 * before it.
 */
static __attribute__((noinline)) bool id_is_there(const struct go_runtime *runtime,
                                                  uintptr_t g)
{
	uint64_t status = 0;

	if (word_read(g + runtime->g_id - sizeof(status), false, &status)) {
		status = (uint32_t)status & ~(uint32_t)STATUS_SCANNED;
		if (status >= STATUS_FIRST && status <= STATUS_LAST)
			return true;
	}
	ring_set_flag(RING_GO_UNKNOWN);
	return false;
}

/* `is_sure`, a constant: the offsets were right so often that nothing is checked. */
static inline __attribute__((always_inline)) bool goroutine_read(
	const struct go_runtime *runtime, const bool is_sure, struct goroutine *goroutine)
{
	uint64_t g = 0, m = 0, system = 0, system_m = 0, system_id = 1, own_m = 0;

	if (!machine_read(runtime, is_sure, &m, &system) ||
	    !word_read(m + runtime->code.m_current, is_sure, &g) ||
	    !word_read(system + G_MACHINE, is_sure, &system_m) || system_m != m ||
	    !word_read(system + runtime->g_id, is_sure, &system_id) || system_id)
		return false;
	*goroutine = (struct goroutine){ .machine = m,
		                             .are_labels_map = runtime->labels_are_map };
	return word_read(system + G_SP, is_sure, &goroutine->system_sp) &&
	       word_read(g + G_LOW, is_sure, &goroutine->low) &&
	       word_read(g + G_HIGH, is_sure, &goroutine->high) &&
	       word_read(g + G_MACHINE, is_sure, &own_m) && own_m == m &&
	       word_read(g + G_SP, is_sure, &goroutine->sp) &&
	       word_read(g + G_PC, is_sure, &goroutine->pc) &&
	       word_read(g + runtime->g_id, is_sure, &goroutine->id) &&
	       likely(!runtime->is_guess || id_is_there(runtime, g)) &&
	       (!runtime->g_start ||
	        word_read(g + runtime->g_start, is_sure, &goroutine->start)) &&
	       (!runtime->code.g_labels ||
	        word_read(g + runtime->code.g_labels, is_sure, &goroutine->labels)) &&
	       (!runtime->code.m_calls ||
	        word_read(m + runtime->code.m_calls, is_sure, &goroutine->calls)) &&
	       is_plausible(runtime, goroutine);
}

static bool is_checked(void)
{
	return atomic_load_explicit(&checked, memory_order_relaxed) >= CHECKED;
}

bool goroutine_find(const struct go_runtime *runtime, struct goroutine *goroutine)
{
	if (is_checked())
		return goroutine_read(runtime, true, goroutine);
	if (!goroutine_read(runtime, false, goroutine) ||
	    !system_is_surely_readable((const void *)(goroutine->high - 8)) ||
	    !system_is_surely_readable((const void *)goroutine->sp))
		return false;
	atomic_fetch_add_explicit(&checked, 1, memory_order_relaxed);
	return true;
}

uint64_t goroutine_calls(const struct go_runtime *runtime,
                         const struct goroutine *goroutine)
{
	uint64_t calls = 0;

	if (!is_checked() || !runtime->code.m_calls || !goroutine->machine)
		return goroutine->calls;
	/* no m is ever unmapped */
	word_read(goroutine->machine + runtime->code.m_calls, true, &calls);
	return calls;
}

static uintptr_t word_at(uintptr_t address)
{
	return *(const uintptr_t *)address;
}

bool goroutine_waits_at(const struct go_runtime *runtime,
                        const struct goroutine *goroutine, uintptr_t system_sp,
                        uintptr_t sp)
{
	const struct go_code *code = &runtime->code;
	uintptr_t saved = (system_sp - code->saved_below) & ~(uintptr_t)15;
	uintptr_t g = word_at(saved + code->saved_g);

	return !g || (g == word_at(goroutine->machine + code->m_current) &&
	              word_at(saved + code->saved_depth) == goroutine->high - sp);
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
