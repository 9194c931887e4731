/*
 * go/goroutine.h - where a goroutine waits while its thread runs C, or code of the runtime.
 */
#ifndef OUTLIVE_PRELOAD_GO_GOROUTINE_H
#define OUTLIVE_PRELOAD_GO_GOROUTINE_H

#include <stdbool.h>
#include <stdint.h>

#include "go/runtime.h"

struct goroutine {
	uint64_t id;
	uintptr_t low, high; /* its stack, which stays where it is as long as it waits */
	uintptr_t pc, sp;    /* where it goes on: pc is in a frame that begins at sp */
	uintptr_t start;     /* the function that it began with; 0, or no code: unknown */
	uintptr_t machine;   /* the m: Go's name of the thread */
	uint64_t calls;      /* into C, that this thread has made so far; 0: unknown */
	uintptr_t system_sp; /* where the thread's own stack went on before it called C */
	uintptr_t labels;    /* that the program has given it; 0: none */
	bool are_labels_map; /* what that points to: a Go map, or else a list */
};

/*
 * Get the goroutine of the calling thread, which runs on its own stack. False: there is none,
 * or what the runtime says of it cannot be.
 */
bool goroutine_find(const struct go_runtime *runtime, struct goroutine *goroutine);

/*
 * Returns how many calls into C the machine has made of which `goroutine` was found; 0: unknown.
 * It may be another thread's.
 */
uint64_t goroutine_calls(const struct go_runtime *runtime,
                         const struct goroutine *goroutine);

/*
 * Whether the return address into asmcgocall at `slot` is of a call from the goroutine's stack:
 * asmcgocall has saved that goroutine and its depth beside it.
 */
bool goroutine_called(const struct go_runtime *runtime,
                      const struct goroutine *goroutine, uintptr_t slot);

/*
 * Whether the call of C that asmcgocall made when the thread's own stack was at `system_sp` is the
 * one in which the goroutine waits at `sp`, or one of the runtime's, which are not told apart. The
 * 128 bytes below `system_sp`, and the 64 from there on, must be readable.
 */
bool goroutine_waits_at(const struct go_runtime *runtime,
                        const struct goroutine *goroutine, uintptr_t system_sp,
                        uintptr_t sp);

/*
 * The function that contains the return address `pc`, which is at `slot`, has called C on the
 * stack that it is on: asmcgocall or another. Returns the stack pointer that the function had
 * before it rounded it down; 0: it is no such call. Everything up to `slot` + 64 must be readable.
 */
uintptr_t goroutine_caller_sp(const struct go_runtime *runtime, uintptr_t pc,
                              uintptr_t slot);

#endif
