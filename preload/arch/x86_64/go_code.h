/*
 * go_code.h - what the machine code of Go's runtime says of the layout of its structs, which
 * changes from version to version. x86-64.
 */
#ifndef OUTLIVE_GO_CODE_H
#define OUTLIVE_GO_CODE_H

#include <stdbool.h>
#include <stdint.h>

struct go_code_range {
	uintptr_t start, end;
};

/* Offsets in bytes. */
struct go_code {
	intptr_t thread_g; /* from the thread pointer: the running goroutine, its g */
	uint16_t m_signal, m_current;
	uint16_t m_calls; /* the number of calls into C so far; 0: unknown */
	/*
	 * asmcgocall() saves the goroutine and its stack's depth on the system stack. From the
	 * stack pointer there, rounded down to 16 bytes after so many bytes were taken:
	 */
	uint8_t saved_below, saved_g, saved_depth;
};

/*
 * Read the code of runtime.asmcgocall, runtime.systemstack and runtime.cgocall (which may be
 * empty). False: it is not as expected.
 */
bool go_code_read(struct go_code_range asmcgocall, struct go_code_range systemstack,
                  struct go_code_range cgocall, struct go_code *code);

/* Where crosscall2 has saved the frame pointer of the C code that called it, below its CFA. */
#define GO_CROSS_FP_BELOW_CFA 16

#endif
