/*
 * self/thread_comm.h - the name of a thread of this process, as the kernel has it.
 */
#ifndef OUTLIVE_PRELOAD_SELF_THREAD_COMM_H
#define OUTLIVE_PRELOAD_SELF_THREAD_COMM_H

#include <stdbool.h>
#include <stdint.h>

#define THREAD_COMM_BYTES 16

/* Fill `name`, padded with NULs. False: the thread has ended, or /proc is missing. */
bool thread_comm_read(uint32_t tid, char name[THREAD_COMM_BYTES]);

#endif
