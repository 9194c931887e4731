/*
 * system/system.h - the recorder's system calls, without libc.
 *
 * The recorder runs inside malloc(), in signal handlers and in processes that have only half
 * started, so it calls nothing that could lock, allocate, be cancelled, or set errno. All
 * functions return -errno on failure.
 */
#ifndef OUTLIVE_PRELOAD_SYSTEM_SYSTEM_H
#define OUTLIVE_PRELOAD_SYSTEM_SYSTEM_H

#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <time.h>

#include "arch.h"
#include "system/recorder.h"

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23 /* Linux 5.14 */
#endif
#ifndef MADV_WIPEONFORK
#define MADV_WIPEONFORK 18 /* Linux 4.14 */
#endif

#define likely(x) __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)

struct sock_fprog;

/* Add what another filter forbids. `program` NULL: the strict mode. */
void system_filter_add(struct system_filter *filter, const struct sock_fprog *program);

static inline bool system_filter_forbids(const struct system_filter *filter,
                                         long number)
{
	return filter->is_on && (number >= SYSTEM_CALLS ||
	                         filter->forbidden[number / 64] >> number % 64 & 1);
}

static inline long system_call(long number, long a, long b, long c, long d, long e,
                               long f)
{
	if (unlikely(system_filter_forbids(&recorder.filter, number)))
		return -38; /* ENOSYS */
	return arch_syscall(number, a, b, c, d, e, f);
}

static inline int system_open(const char *path, int flags, int mode)
{
	return (int)system_call(SYS_openat, AT_FDCWD, (long)path, flags, mode, 0, 0);
}

static inline bool system_can_read(const char *path)
{
	return system_call(SYS_faccessat, AT_FDCWD, (long)path, 4 /* R_OK */, 0, 0, 0) == 0;
}

static inline int system_close(int fd)
{
	return (int)system_call(SYS_close, fd, 0, 0, 0, 0, 0);
}

static inline long system_read(int fd, void *buffer, size_t size_bytes)
{
	return system_call(SYS_read, fd, (long)buffer, (long)size_bytes, 0, 0, 0);
}

/* Like pread(2): keeps the file's position. */
static inline long system_read_at(int fd, void *buffer, size_t size_bytes, uint64_t at)
{
	return system_call(SYS_pread64, fd, (long)buffer, (long)size_bytes, (long)at, 0, 0);
}

static inline int system_truncate(int fd, uint64_t size_bytes)
{
	return (int)system_call(SYS_ftruncate, fd, (long)size_bytes, 0, 0, 0, 0);
}

static inline int system_allocate(int fd, uint64_t size_bytes)
{
	return (int)system_call(SYS_fallocate, fd, 0, 0, (long)size_bytes, 0, 0);
}

static inline int system_status(int fd, struct stat *status)
{
	return (int)system_call(SYS_fstat, fd, (long)status, 0, 0, 0, 0);
}

/* Like stat(2). */
static inline int system_path_status(const char *path, struct stat *status)
{
	return (int)system_call(SYS_newfstatat, AT_FDCWD, (long)path, (long)status, 0, 0,
	                        0);
}

static inline bool system_is_there(const char *path)
{
	struct stat status;

	return system_path_status(path, &status) == 0;
}

static inline int system_rename(const char *from, const char *to, unsigned int flags)
{
	return (int)system_call(SYS_renameat2, AT_FDCWD, (long)from, AT_FDCWD, (long)to,
	                        flags, 0);
}

/* Whether every page of [address, address + size_bytes) is mapped; at most 1 MiB. */
static inline bool system_is_mapped(uintptr_t address, size_t size_bytes)
{
	unsigned char resident[257];
	uintptr_t page = address & ~(uintptr_t)4095;

	return system_call(SYS_mincore, (long)page, (long)(address + size_bytes - page),
	                   (long)resident, 0, 0, 0) == 0;
}

/* Whether the page at an address of private memory is in memory, and not in swap. */
static inline bool system_is_resident(uintptr_t address)
{
	unsigned char resident = 0;

	return system_call(SYS_mincore, (long)(address & ~(ARCH_PAGE_BYTES - 1)),
	                   ARCH_PAGE_BYTES, (long)&resident, 0, 0, 0) == 0 &&
	       resident & 1;
}

/* Let the kernel read the 8 bytes at `address`. It does so before it rejects the request. */
static inline long system_read_word(const void *address)
{
	return system_call(SYS_rt_sigprocmask, -1, (long)address, 0, 8, 0, 0);
}

/* Whether the 8 bytes at `address` can be read; true if the kernel cannot be asked. */
static inline bool system_is_readable(const void *address)
{
	return system_read_word(address) != -14; /* EFAULT */
}

/* The same for one byte, anywhere: the aligned word around it lies on one page. */
static inline bool system_is_readable_byte(const void *address)
{
	return system_is_readable((const void *)((uintptr_t)address & ~UINT64_C(7)));
}

/* Whether the 8 bytes can be read; false if the kernel cannot be asked. */
static inline bool system_is_surely_readable(const void *address)
{
	return system_read_word(address) == -22; /* EINVAL */
}

/* Copy memory that may be unmapped. False: it is, at least in part. (process_vm_readv) */
static inline bool system_copy(void *to, const void *from, size_t size_bytes)
{
	const struct iovec here = { to, size_bytes };
	const struct iovec there = { (void *)(uintptr_t)from, size_bytes };

	return system_call(SYS_process_vm_readv, system_call(SYS_getpid, 0, 0, 0, 0, 0, 0),
	                   (long)&here, 1, (long)&there, 1, 0) == (long)size_bytes;
}

/*
 * Block all signals in the calling thread. `old_mask` is 8 bytes, for system_signals_restore().
 */
static inline void system_signals_block(uint64_t *old_mask)
{
	uint64_t all = ~UINT64_C(0);

	*old_mask = 0;
	system_call(SYS_rt_sigprocmask, 0 /* SIG_BLOCK */, (long)&all, (long)old_mask, 8, 0,
	            0);
}

static inline void system_signals_restore(const uint64_t *old_mask)
{
	system_call(SYS_rt_sigprocmask, 2 /* SIG_SETMASK */, (long)old_mask, 0, 8, 0, 0);
}

static inline int system_unlink(const char *path)
{
	return (int)system_call(SYS_unlinkat, AT_FDCWD, (long)path, 0, 0, 0, 0);
}

/* NULL on failure. `fd` -1: private memory, zeroed. */
static inline void *system_map(size_t size_bytes, int fd)
{
	int flags = fd < 0 ? MAP_PRIVATE | MAP_ANONYMOUS : MAP_SHARED;
	long result = system_call(SYS_mmap, 0, (long)size_bytes, PROT_READ | PROT_WRITE,
	                          flags, fd, 0);

	return result < 0 && result > -4096 ? NULL : (void *)result;
}

static inline void system_unmap(void *address, size_t size_bytes)
{
	system_call(SYS_munmap, (long)address, (long)size_bytes, 0, 0, 0, 0);
}

static inline int system_advise(void *address, size_t size_bytes, int advice)
{
	return (int)system_call(SYS_madvise, (long)address, (long)size_bytes, advice, 0, 0,
	                        0);
}

static inline int system_protect(void *address, size_t size_bytes, int protection)
{
	return (int)system_call(SYS_mprotect, (long)address, (long)size_bytes, protection,
	                        0, 0, 0);
}

static inline uint32_t system_pid(void)
{
	return (uint32_t)system_call(SYS_getpid, 0, 0, 0, 0, 0, 0);
}

static inline uint32_t system_parent_pid(void)
{
	return (uint32_t)system_call(SYS_getppid, 0, 0, 0, 0, 0, 0);
}

static inline uint32_t system_user_id(void)
{
	return (uint32_t)system_call(SYS_geteuid, 0, 0, 0, 0, 0, 0);
}

static inline uint32_t system_group_id(void)
{
	return (uint32_t)system_call(SYS_getegid, 0, 0, 0, 0, 0, 0);
}

static inline bool system_process_is_gone(uint32_t pid)
{
	return system_call(SYS_kill, pid, 0, 0, 0, 0, 0) == -3; /* ESRCH */
}

/* Returns the inode of our pid namespace; 0: unknown. */
static inline uint64_t system_pid_namespace(void)
{
	struct stat status = { .st_ino = 0 };

	return system_call(SYS_newfstatat, AT_FDCWD, (long)"/proc/self/ns/pid",
	                   (long)&status, 0, 0, 0) == 0
	           ? status.st_ino
	           : 0;
}

static inline uint32_t system_tid(void)
{
	return (uint32_t)system_call(SYS_gettid, 0, 0, 0, 0, 0, 0);
}

/* `name` has room for 16 bytes, NUL included. */
static inline void system_thread_name(char *name)
{
	system_call(SYS_prctl, PR_GET_NAME, (long)name, 0, 0, 0, 0);
}

/* Returns the mode of the filter of our system calls (PR_GET_SECCOMP); 0: none. */
static inline int system_filter_mode(void)
{
	return (int)system_call(SYS_prctl, PR_GET_SECCOMP, 0, 0, 0, 0, 0);
}

/* Returns the length of `path` without its NUL; negative on failure. */
static inline long system_working_directory(char *path, size_t size_bytes)
{
	return system_call(SYS_getcwd, (long)path, (long)size_bytes, 0, 0, 0, 0) - 1;
}

static inline long system_readlink(const char *path, char *target, size_t size_bytes)
{
	return system_call(SYS_readlinkat, AT_FDCWD, (long)path, (long)target,
	                   (long)size_bytes, 0, 0);
}

/* Returns the soft limit of a resource (RLIMIT_*); UINT64_MAX: no limit. */
static inline uint64_t system_limit_bytes(int resource)
{
	struct rlimit limit = { RLIM_INFINITY, RLIM_INFINITY };

	system_call(SYS_prlimit64, 0, resource, 0, (long)&limit, 0, 0);
	return limit.rlim_cur;
}

/* Returns the size of the address space, as RLIMIT_AS counts it; 0: unknown. */
uint64_t system_mapped_bytes(void);

static inline uint64_t system_time_ns(clockid_t clock)
{
	struct timespec time = { 0 };

	system_call(SYS_clock_gettime, clock, (long)&time, 0, 0, 0, 0);
	return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

static inline void system_sleep_ns(long duration_ns)
{
	struct timespec time = { .tv_nsec = duration_ns };

	system_call(SYS_nanosleep, (long)&time, 0, 0, 0, 0, 0);
}

/* Make a Unix socket for packets that never blocks. */
static inline int system_socket(void)
{
	return (int)system_call(SYS_socket, AF_UNIX,
	                        SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, 0, 0, 0);
}

static inline int system_connect(int socket, const struct sockaddr_un *address,
                                 size_t size_bytes)
{
	return (int)system_call(SYS_connect, socket, (long)address, (long)size_bytes, 0, 0,
	                        0);
}

static inline long system_send(int socket, const void *packet, size_t size_bytes)
{
	return system_call(SYS_sendto, socket, (long)packet, (long)size_bytes, MSG_NOSIGNAL,
	                   0, 0);
}

static inline long system_send_message(int socket, const struct msghdr *message)
{
	return system_call(SYS_sendmsg, socket, (long)message, MSG_NOSIGNAL, 0, 0, 0);
}

static inline long system_receive(int socket, struct msghdr *message)
{
	return system_call(SYS_recvmsg, socket, (long)message, MSG_CMSG_CLOEXEC, 0, 0, 0);
}

/* Wait for input, a signal, or until `duration_ns` (below 1 s) have passed. */
static inline void system_wait_input(int socket, uint64_t duration_ns)
{
	struct timespec time = { .tv_nsec = (long)duration_ns };
	struct pollfd input = { .fd = socket, .events = POLLIN };

	system_call(SYS_ppoll, (long)&input, 1, (long)&time, 0, 0, 0);
}

#endif
