/*
 * modules/hook_list.h - every function that liboutlive.so hooks, one entry each.
 *
 * A new hook is an entry here and a function in a file of hooks/:
 *
 *   type hook_NAME(parameters)
 *   {
 *   }
 *   EXPORT(NAME);
 *
 * This list generates the exported names (preload/exports.map.in), the declarations of the
 * hooks (hooks/hook.h), the table of names, functions and families (hooks/table.c), and the
 * real functions (modules/real.h, stack/late_function.h). An entry without a function does not
 * link; a function without an entry does not compile.
 *
 * The including file defines the macros that it needs, and the list undefines them:
 *
 *   HOOK(family, type, name, parameters)
 *       The real function is found once, at the start: real.name.
 *   HOOK_ALSO(family, type, name, parameters, other)
 *       Another name of the function real.other.
 *   HOOK_LATE(family, type, name, parameters)
 *       The real function depends on the caller: late_function(LATE_name, ..).
 *   HOOK_ONLY(family, type, name, parameters)
 *       There is no real function, or the hook calls that of another entry.
 *
 * A hook is compiled with the type given here. No hook is declared noreturn, even if the real
 * function never returns: the compiler would then make a call instead of the jump to it.
 */
#include <features.h>

#ifndef HOOK
#define HOOK(family, type, name, parameters)
#endif
#ifndef HOOK_ALSO
#define HOOK_ALSO(family, type, name, parameters, other)
#endif
#ifndef HOOK_LATE
#define HOOK_LATE(family, type, name, parameters)
#endif
#ifndef HOOK_ONLY
#define HOOK_ONLY(family, type, name, parameters)
#endif

/* clang-format would take the parameters for multiplications. */
/* clang-format off */

/* The allocator. The last two of the standard names are new in C23. */
HOOK(ALLOCATOR, void *, malloc, (size_t size))
HOOK(ALLOCATOR, void *, calloc, (size_t count, size_t size))
HOOK(ALLOCATOR, void *, realloc, (void *old, size_t size))
HOOK(ALLOCATOR, void, free, (void *block))
HOOK(ALLOCATOR, int, posix_memalign, (void **result, size_t alignment, size_t size))
HOOK(ALLOCATOR, void *, aligned_alloc, (size_t alignment, size_t size))
HOOK(ALLOCATOR, void *, memalign, (size_t alignment, size_t size))
HOOK(ALLOCATOR, void *, valloc, (size_t size))
HOOK(ALLOCATOR, void *, pvalloc, (size_t size))
HOOK(ALLOCATOR, void, free_sized, (void *block, size_t size))
HOOK(ALLOCATOR, void, free_aligned_sized, (void *block, size_t alignment, size_t size))
/* libc's own names, which stay libc's if another allocator defines malloc. */
HOOK(ALLOCATOR, void *, __libc_malloc, (size_t size))
HOOK(ALLOCATOR, void *, __libc_calloc, (size_t count, size_t size))
HOOK(ALLOCATOR, void *, __libc_realloc, (void *old, size_t size))
HOOK(ALLOCATOR, void, __libc_free, (void *block))
HOOK(ALLOCATOR, void *, __libc_memalign, (size_t alignment, size_t size))
HOOK(ALLOCATOR, void *, __libc_valloc, (size_t size))
HOOK(ALLOCATOR, void *, __libc_pvalloc, (size_t size))

HOOK(THREADS, int, pthread_create,
     (pthread_t *thread, const pthread_attr_t *attributes, void *(*function)(void *),
      void *argument))
HOOK(THREADS, int, thrd_create,
     (thrd_t *thread, int (*function)(void *), void *argument))
HOOK(THREADS, int, pthread_setname_np, (pthread_t thread, const char *name))

HOOK(LOOKUP, void *, dlopen, (const char *file, int mode))
HOOK(LOOKUP, void *, dlmopen, (Lmid_t space, const char *file, int mode))
HOOK(LOOKUP, void *, dlsym, (void *handle, const char *name))
HOOK(LOOKUP, void *, dlvsym, (void *handle, const char *name, const char *version))
HOOK(LOOKUP, int, dlclose, (void *handle))

HOOK_LATE(UNWINDING, int, _Unwind_RaiseException,
          (struct _Unwind_Exception *exception))
HOOK_LATE(UNWINDING, int, _Unwind_Resume_or_Rethrow,
          (struct _Unwind_Exception *exception))
HOOK_LATE(UNWINDING, void, _Unwind_Resume, (struct _Unwind_Exception *exception))
HOOK_LATE(UNWINDING, uintptr_t, _Unwind_GetCFA, (struct _Unwind_Context *context))
HOOK_LATE(UNWINDING, int, _Unwind_Backtrace,
          (int (*visit)(struct _Unwind_Context *, void *), void *argument))
HOOK_LATE(UNWINDING, int, backtrace, (void **addresses, int count))
HOOK_LATE(UNWINDING, void *, __cxa_begin_catch, (void *exception))
HOOK_LATE(UNWINDING, void, pthread_exit, (void *result))
HOOK_LATE(UNWINDING, void, longjmp, (struct __jmp_buf_tag *environment, int value))
HOOK_LATE(UNWINDING, void, _longjmp, (struct __jmp_buf_tag *environment, int value))
HOOK_LATE(UNWINDING, void, siglongjmp, (struct __jmp_buf_tag *environment, int value))
HOOK_LATE(UNWINDING, void, __longjmp_chk,
          (struct __jmp_buf_tag *environment, int value))
/* How the loader reports an error: a longjmp to the caller of the last of these. */
HOOK(UNWINDING, void, _dl_signal_exception,
     (long error, void *exception, const char *occasion))
HOOK(UNWINDING, void, _dl_signal_error,
     (long error, const char *object, const char *occasion, const char *text))

#define SPAWN_PARAMETERS                                                        \
	(int *process, const char *path, const posix_spawn_file_actions_t *actions, \
	 const posix_spawnattr_t *attributes, char *const *arguments,               \
	 char *const *environment)
HOOK(EXEC, int, execve,
     (const char *path, char *const *arguments, char *const *environment))
HOOK(EXEC, int, execv, (const char *path, char *const *arguments))
HOOK(EXEC, int, execvpe,
     (const char *file, char *const *arguments, char *const *environment))
HOOK(EXEC, int, execvp, (const char *file, char *const *arguments))
HOOK(EXEC, int, fexecve, (int file, char *const *arguments, char *const *environment))
HOOK(EXEC, int, execveat,
     (int directory, const char *path, char *const *arguments, char *const *environment,
      int flags))
HOOK_ONLY(EXEC, int, execl, (const char *path, const char *first, ...))
HOOK_ONLY(EXEC, int, execle, (const char *path, const char *first, ...))
HOOK_ONLY(EXEC, int, execlp, (const char *path, const char *first, ...))
HOOK(EXEC, int, posix_spawn, SPAWN_PARAMETERS)
HOOK(EXEC, int, posix_spawnp, SPAWN_PARAMETERS)
#if __GLIBC_PREREQ(2, 39)
HOOK(EXEC, int, pidfd_spawn, SPAWN_PARAMETERS)
HOOK(EXEC, int, pidfd_spawnp, SPAWN_PARAMETERS)
#endif
HOOK(EXEC, int, system, (const char *command))
HOOK(EXEC, FILE *, popen, (const char *command, const char *mode))

HOOK(FAULTS, int, sigaction,
     (int signal, const struct sigaction *action, struct sigaction *old))
HOOK_ALSO(FAULTS, int, __sigaction,
          (int signal, const struct sigaction *action, struct sigaction *old),
          sigaction)
HOOK(FAULTS, plain_handler *, signal, (int number, plain_handler *handler))
HOOK_ALSO(FAULTS, plain_handler *, bsd_signal, (int number, plain_handler *handler),
          signal)
HOOK_ALSO(FAULTS, plain_handler *, ssignal, (int number, plain_handler *handler),
          signal)
HOOK(FAULTS, plain_handler *, sysv_signal, (int number, plain_handler *handler))
HOOK_ALSO(FAULTS, plain_handler *, __sysv_signal, (int number, plain_handler *handler),
          sysv_signal)
HOOK(FAULTS, plain_handler *, sigset, (int number, plain_handler *handler))
HOOK(FAULTS, int, sigaltstack, (const stack_t *new_stack, stack_t *old_stack))

HOOK(PHASES, int, __libc_start_main,
     (main_function *main, int argc, char **argv, void (*initialise)(void),
      void (*finish)(void), void (*loader_finish)(void), void *stack_end))
HOOK(PHASES, void, exit, (int status))
HOOK(PHASES, void, quick_exit, (int status))
HOOK(PHASES, void, _exit, (int status))
HOOK(PHASES, void, _Exit, (int status))
HOOK(PHASES, void, abort, (void))
HOOK_ONLY(PHASES, void, outlive_phase, (const char *name))
HOOK_ONLY(PHASES, int, outlive_start, (void))
HOOK_ONLY(PHASES, int, outlive_stop, (void))
HOOK_ONLY(PHASES, int, outlive_snapshot, (void))

HOOK(FILTERS, int, prctl, (int option, long a, long b, long c, long d))
HOOK(FILTERS, long, syscall,
     (long number, long a, long b, long c, long d, long e, long f))

HOOK(LIMITS, int, getrlimit, (__rlimit_resource_t resource, struct rlimit *limit))
HOOK(LIMITS, int, setrlimit, (__rlimit_resource_t resource, const struct rlimit *limit))
HOOK(LIMITS, int, prlimit,
     (pid_t pid, enum __rlimit_resource resource, const struct rlimit *new_limit,
      struct rlimit *old_limit))
/* With a 64-bit rlim_t, these are the same functions. */
HOOK_ALSO(LIMITS, int, getrlimit64,
          (__rlimit_resource_t resource, struct rlimit *limit), getrlimit)
HOOK_ALSO(LIMITS, int, setrlimit64,
          (__rlimit_resource_t resource, const struct rlimit *limit), setrlimit)
HOOK_ALSO(LIMITS, int, prlimit64,
          (pid_t pid, enum __rlimit_resource resource, const struct rlimit *new_limit,
           struct rlimit *old_limit),
          prlimit)

HOOK(RUNTIMES, char *, secure_getenv, (const char *name))

HOOK(MAPPINGS, void *, mmap,
     (void *address, size_t size_bytes, int protection, int flags, int file,
      long offset))
/* With a 64-bit off_t, this is the same function. */
HOOK_ALSO(MAPPINGS, void *, mmap64,
          (void *address, size_t size_bytes, int protection, int flags, int file,
           long offset),
          mmap)
HOOK(MAPPINGS, int, munmap, (void *address, size_t size_bytes))
HOOK(MAPPINGS, void *, mremap,
     (void *old, size_t old_bytes, size_t size_bytes, int flags, void *address))
HOOK(MAPPINGS, void *, shmat, (int segment, const void *address, int flags))
HOOK(MAPPINGS, int, shmdt, (const void *address))

/* clang-format on */

#undef HOOK
#undef HOOK_ALSO
#undef HOOK_LATE
#undef HOOK_ONLY
#undef SPAWN_PARAMETERS
