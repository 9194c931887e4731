/*
 * go/runtime.h - the modules of the process that Go built, and the runtimes in them.
 *
 * A program has one. A library that Go built (c-shared) has a runtime of its own; a plugin has
 * only code, and uses the program's.
 */
#ifndef OUTLIVE_PRELOAD_GO_RUNTIME_H
#define OUTLIVE_PRELOAD_GO_RUNTIME_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "go_code.h"
#include "go/tables.h"

/* Functions of the runtime at which a stack goes on elsewhere. */
enum go_role {
	GO_ASMCGOCALL,  /* calls C on the system stack of the thread */
	GO_CGOCALLBACK, /* C calls Go: from the system stack to the goroutine's */
	GO_CROSSCALL2,  /* calls cgocallback */
	GO_CGOCALL,     /* calls asmcgocall for a program's call into C */
	GO_SYSTEMSTACK, /* calls code of the runtime on the system stack */
	GO_MORESTACK,   /* the same, to make the goroutine's stack larger */
	GO_MCALL,       /* the goroutine waits; the scheduler runs */
	GO_CALLS_MMAP,  /* calls C on the stack that it is on */
	GO_CALLS_MUNMAP,
	GO_SWITCHES, /* no stack goes on elsewhere from here on; most is what is read of the heap */
	GO_LIBRARY = GO_SWITCHES, /* what the loader calls in a library */
	GO_SCHEDINIT,
	GO_INIT,
	GO_SAMPLE, /* counts an allocation */
	GO_FLUSH,  /* makes counts those of the last collection */
	GO_EXIT,
	GO_LABEL, /* gives a goroutine its labels; absent if the program never does */
	GO_START, /* the first goroutine: calls the packages' init functions, then main.main */
	GO_MAIN,
	GO_ROLES
};

struct go_runtime {
	struct go_tables tables;
	uintptr_t start, end;                 /* of the module */
	struct go_code_range roles[GO_ROLES]; /* empty: the module has no such function */
	struct go_code code;
	struct go_heap_code heap; /* rate 0: not understood */
	uint16_t g_id, g_start;   /* offsets in a g; g_start 0: unknown */
	bool is_guess;            /* .. as in the newest version that is known */
	bool labels_are_map;      /* up to 1.23; else they are a list */
	bool has_runtime;
};

#define GO_RUNTIMES_MAX 8

extern struct go_runtime go_runtimes[GO_RUNTIMES_MAX];
extern _Atomic uint32_t
	go_runtime_count; /* those below it are complete, and never change */

/*
 * The module that is mapped at [start, end), which Go built, is now known. False: it cannot be
 * understood: its frames are unknown. Not to be called by two threads at a time.
 */
bool go_runtime_add(uintptr_t start, uintptr_t end);

/* Whether the address is in a module that go_runtime_add() could not understand. */
bool go_runtime_is_unknown(uintptr_t address);

/* Returns the module with this address in Go's part of its code; NULL: none. */
static inline const struct go_runtime *go_runtime_at(uintptr_t address)
{
	uint32_t count = atomic_load_explicit(&go_runtime_count, memory_order_acquire);

	for (uint32_t i = 0; i < count; i++) {
		const struct go_tables *tables = &go_runtimes[i].tables;

		if (address - tables->text < tables->text_end - tables->text)
			return &go_runtimes[i];
	}
	return NULL;
}

/* Whether `address` is in a module with a runtime, in Go's code or not. */
static inline bool go_runtime_is_module(uintptr_t address)
{
	uint32_t count = atomic_load_explicit(&go_runtime_count, memory_order_acquire);

	for (uint32_t i = 0; i < count; i++) {
		if (go_runtimes[i].has_runtime &&
		    address - go_runtimes[i].start < go_runtimes[i].end - go_runtimes[i].start)
			return true;
	}
	return false;
}

/* Whether `address` is in the runtime's function. */
static inline bool go_runtime_is_in(const struct go_runtime *runtime, enum go_role role,
                                    uintptr_t address)
{
	const struct go_code_range *range = &runtime->roles[role];

	return address - range->start < range->end - range->start;
}

/* Whether the stack goes on elsewhere, beyond a frame of the function that contains `pc`. */
bool go_runtime_switches(const struct go_runtime *runtime, uintptr_t pc);

enum go_frame_kind {
	GO_FRAME_UNKNOWN,
	GO_FRAME_PLAIN,  /* the caller's stack pointer is `cfa_offset` further out */
	GO_FRAME_TOP,    /* the outermost frame of a stack */
	GO_FRAME_SWITCH, /* the stack goes on elsewhere: enum go_role */
	GO_FRAME_BY_FP, /* .. `cfa_offset` further out than what its frame pointer points to */
	GO_FRAME_C,     /* C among Go's code: the same as PLAIN, but not proven */
};

struct go_frame {
	enum go_frame_kind kind;
	uint32_t cfa_offset;
	uint32_t fp_below; /* where the caller's fp is, below the CFA; 0: it is not saved */
};

/* Returns the frame of the function that contains `pc`, as it is at `pc`. */
struct go_frame go_frame_find(const struct go_runtime *runtime, uintptr_t pc);

#endif
