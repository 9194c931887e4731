/*
 * attach/filter.h - whether a process's filter of system calls (seccomp) allows those that an
 * attach needs. A filter may kill the process for a call that it does not know.
 */
#ifndef OUTLIVE_ATTACH_FILTER_H
#define OUTLIVE_ATTACH_FILTER_H

#include "base/error.h"

#include <linux/filter.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* All filters of a thread, each a program of classic BPF, one after the other. */
struct filters {
	struct sock_filter *instructions;
	size_t lengths[64]; /* instructions of each program */
	size_t count, used, capacity;
};

/*
 * Copy the filters of a thread that is traced and stopped. 0, or -1 and errno: EACCES: that takes
 * CAP_SYS_ADMIN.
 */
int filters_read(struct filters *filters, pid_t tid);
void filters_release(struct filters *filters);

/* Run them on each call that is needed. 0, or -1 and *error, which names one not allowed. */
int filters_check(const struct filters *filters, pid_t pid, struct error *error);

/* What the filters do with one call: SECCOMP_RET_ and its data. */
uint32_t filters_run(const struct filters *filters, uint32_t number,
                     const uint64_t arguments[6]);

#endif
