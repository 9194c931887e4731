/*
 * hooks/filter.c - the hooks of prctl() and syscall(), by which a program forbids itself system
 * calls or the time-stamp counter, and names its threads. Whatever the recorder will need of
 * them is done before the filter applies, and not after.
 *
 * A filter usually holds for one thread; the recorder takes it for the whole process. It does
 * not see filters from before the start, nor those that are set without libc.
 */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "hooks/exec.h"
#include "hooks/hook.h"
#include "hooks/mapping.h"
#include "system/clock.h"
#include "faults/watch.h"
#include "event/lifecycle.h"
#include "ring/ring.h"
#include "system/system.h"
#include "hooks/thread.h"

/*
 * Whether a fault handler can work: without one of these system calls it would only fault
 * again.
 */
static bool can_handle_faults(const struct system_filter *filter)
{
	static const uint16_t needed[] = { SYS_rt_sigaction, SYS_rt_sigprocmask,
		                               SYS_rt_tgsigqueueinfo, SYS_getpid, SYS_gettid };

	for (size_t i = 0; i < sizeof(needed) / sizeof(*needed); i++) {
		if (system_filter_forbids(filter, needed[i]))
			return false;
	}
	return true;
}

/*
 * Prepare for the filter `program`; NULL: the strict mode. Does nothing in a child of vfork(),
 * whose memory is its parent's.
 */
static void filter_prepare(const struct sock_fprog *program)
{
	struct system_filter filter = recorder.filter;
	bool is_held;

	if (!lifecycle_is_here())
		return;
	if (program && (!system_is_readable(program) ||
	                !system_is_readable((const char *)program + sizeof(*program) - 8) ||
	                !program->len ||
	                !system_is_mapped((uintptr_t)program->filter,
	                                  program->len * sizeof(*program->filter))))
		return; /* the kernel will refuse it */
	system_filter_add(&filter, program);
	if (system_filter_forbids(&filter, SYS_madvise) &&
	    hold_take_also((uintptr_t)__builtin_frame_address(0), &is_held)) {
		ring_populate();
		hold_give_also(is_held);
	}
	if (!can_handle_faults(&filter))
		fault_watch_end();
	recorder.filter = filter;
}

/*
 * Whether these arguments of prctl() ask for a filter, and prepare for it if so. Whether the
 * kernel accepts it is known only after the call.
 */
static bool prctl_filters(long option, long mode, long program)
{
	if (option != PR_SET_SECCOMP ||
	    (mode != SECCOMP_MODE_STRICT && (mode != SECCOMP_MODE_FILTER || !program)))
		return false;
	filter_prepare(mode == SECCOMP_MODE_STRICT ? NULL
	                                           : (const struct sock_fprog *)program);
	return true;
}

static bool seccomp_filters(long operation, long flags, long program)
{
	bool is_strict = operation == SECCOMP_SET_MODE_STRICT && !flags && !program;

	if (!is_strict && (operation != SECCOMP_SET_MODE_FILTER || !program))
		return false;
	filter_prepare(is_strict ? NULL : (const struct sock_fprog *)program);
	return true;
}

/*
 * Whether this call takes the recorder's clock away: events need one. (The kernel's strict mode
 * forbids the time-stamp counter, too.)
 */
static bool loses_clock(long number, long a, long b)
{
	if (recorder.clock_is_monotonic_ns)
		return system_filter_forbids(&recorder.filter, SYS_clock_gettime);
	if (number == SYS_seccomp)
		return a == SECCOMP_SET_MODE_STRICT;
	return a == PR_SET_TSC ? b == PR_TSC_SIGSEGV : b == SECCOMP_MODE_STRICT;
}

static __attribute__((noinline)) long filter_call(long number, long a, long b, long c,
                                                  long d, long e)
{
	struct system_filter before = recorder.filter;
	bool is_filter = number == SYS_prctl ? prctl_filters(a, b, c)
	                                     : seccomp_filters(a, b, c);
	long result = result_of(arch_syscall(number, a, b, c, d, e, 0));

	if (result == 0 && loses_clock(number, a, b))
		lifecycle_stop();
	if (is_filter && result < 0)
		recorder.filter = before;
	return result;
}

static __attribute__((noinline)) long name_call(long name)
{
	long result = result_of(arch_syscall(SYS_prctl, PR_SET_NAME, name, 0, 0, 0, 0));

	if (result == 0)
		thread_hooks_named(arch_thread_pointer(), (const char *)name);
	return result;
}

/* The real functions are variadic: by the ABI, the caller of such a function sets al. */
typedef int variadic_prctl(int, ...);
typedef long variadic_syscall(long, ...);

/*
 * Like libc's prctl(), pass on all argument registers, whether the caller has set them or not.
 */
int hook_prctl(int option, long a, long b, long c, long d)
{
	if (unlikely(option == PR_SET_SECCOMP || option == PR_SET_TSC))
		return (int)filter_call(SYS_prctl, option, a, b, c, d);
	if (unlikely(option == PR_SET_NAME))
		return (int)name_call(a);
	real_resolve();
	return ((variadic_prctl *)real.prctl)(option, a, b, c, d);
}
EXPORT(prctl);

/*
 * Any system call may come here, also one that returns twice, on another stack, or never. So
 * this continues in the real function by a jump, and leaves the last argument in its stack
 * slot. What is recorded is made here: the real function of its own name may be another
 * library's, which makes it by syscall().
 */
long hook_syscall(long number, long a, long b, long c, long d, long e, long f)
{
	if (unlikely(number == SYS_seccomp ||
	             (number == SYS_prctl && (a == PR_SET_SECCOMP || a == PR_SET_TSC))))
		return filter_call(number, a, b, c, d, e);
	if (unlikely(number == SYS_prctl && a == PR_SET_NAME))
		return name_call(b);
	if (unlikely(number == SYS_execve))
		return exec_hooks_execve((const char *)a, (char *const *)b, (char *const *)c);
	if (unlikely(number == SYS_mmap))
		return mapping_hooks_mmap((void *)a, (size_t)b, (int)c, (int)d, (int)e, f);
	if (unlikely(number == SYS_munmap))
		return mapping_hooks_munmap((void *)a, (size_t)b);
	if (unlikely(number == SYS_mremap))
		return mapping_hooks_mremap((void *)a, (size_t)b, (size_t)c, (int)d, (void *)e);
	real_resolve();
	return ((variadic_syscall *)real.syscall)(number, a, b, c, d, e, f);
}
EXPORT(syscall);
