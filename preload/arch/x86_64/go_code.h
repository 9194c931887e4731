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
	uint16_t m_calls;  /* the number of calls into C so far; 0: unknown */
	uint16_t g_labels; /* set by go_code_find_labels() */
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

/*
 * Returns the offset in a g of its labels, by the code of runtime_setProfLabel; 0: it is not as
 * expected.
 */
uint16_t go_code_find_labels(struct go_code_range set);

/*
 * Where the runtime keeps the profile of its heap. Sources: runtime/mprof.go and proc.go;
 * linksetup() of cmd/link for `disabled`.
 */
struct go_heap_code {
	uintptr_t disabled;  /* 1 byte: the linker found no reader of the profile */
	uintptr_t rate;      /* 8 bytes: runtime.MemProfileRate */
	uintptr_t buckets;   /* 8 bytes: the first bucket */
	uintptr_t cycle;     /* 4 bytes: twice the number of collections, and a flag */
	uint8_t cycle_bytes; /* of a memRecordCycle: 32 or 16 */
	bool is_set_late;    /* up to 1.20 runtime.init sets the rate */
};

/*
 * Read the code of runtime.schedinit, runtime.init, runtime.mProf_Malloc and
 * runtime.mProf_FlushLocked. False: it is not as expected.
 */
bool go_code_read_heap(struct go_code_range schedinit, struct go_code_range init,
                       struct go_code_range sample, struct go_code_range flush,
                       struct go_heap_code *heap);

/*
 * Returns where the code of runtime.main reads the address of main.main, which it calls; 0: it is
 * not as expected.
 */
uintptr_t go_code_find_main(struct go_code_range start);

/* Calls arch_go_main_run() once, on a stack of its own, and goes on at arch_go_main_own. */
void arch_go_main(void);
extern void (*arch_go_main_run)(void);
extern uintptr_t arch_go_main_own;

/* Whether this is the code of runtime.exit, which has room for GO_EXIT_BYTES. */
bool go_code_is_exit(struct go_code_range exit);

/* Code to put there, which goes on at arch_go_exit() with the exit status. */
#define GO_EXIT_BYTES 16
void go_code_make_exit(uint8_t code[GO_EXIT_BYTES]);

/*
 * Calls arch_go_exit_run() on a stack of its own, once; other threads wait for the end. `slot` is
 * where the return address of runtime.exit is, `fp` its caller's.
 */
typedef void go_exit_function(int status, uintptr_t slot, uintptr_t fp);
void arch_go_exit(void);
extern go_exit_function *arch_go_exit_run;

/* Where crosscall2 has saved the frame pointer of the C code that called it, below its CFA. */
#define GO_CROSS_FP_BELOW_CFA 16

/*
 * What the loader calls in a library of Go keeps a frame pointer, as C does, before it aligns its
 * stack and calls C: its CFA is so far above that. Source: _rt0_amd64_lib in asm_amd64.s.
 */
#define GO_LIBRARY_START "_rt0_amd64_lib"
#define GO_LIBRARY_CFA_ABOVE_FP 16

#endif
