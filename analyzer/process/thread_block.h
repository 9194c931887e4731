/*
 * process/thread_block.h - whether a mapping is the stack of a thread, by the block that glibc
 * keeps for the thread at its end. Also true of a stack that waits for the next thread.
 */
#ifndef OUTLIVE_PROCESS_THREAD_BLOCK_H
#define OUTLIVE_PROCESS_THREAD_BLOCK_H

#include "process/memory.h"

enum thread_block {
	THREAD_BLOCK_UNKNOWN, /* the memory cannot be read */
	THREAD_BLOCK_THERE,
	THREAD_BLOCK_MISSING,
};

/*
 * Find glibc's struct pthread in the last page before `end`. Its first and its third word
 * hold its own address (tcbhead_t, sysdeps/x86_64/nptl/tls.h of glibc).
 */
enum thread_block thread_block_find(const struct process_memory *memory, uint64_t end);

#endif
