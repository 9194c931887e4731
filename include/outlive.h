/*
 * outlive.h - what a C or C++ program can tell `outlive`, which records it.
 *
 * Link nothing: if the program does not run under `outlive run`, a call just tests a pointer.
 */
#ifndef OUTLIVE_H
#define OUTLIVE_H

#ifdef __cplusplus
extern "C" {
#endif

/*
 * OUTLIVE_FIND(pointer, name, type, parameters) sets the pointer to the function of the preloaded
 * library, or to NULL.
 */
#if defined(__x86_64__) && !defined(__ILP32__) && !defined(__code_model_large__)
/*
 * Through the global offset table. With any other reference, the linker of a program at a fixed
 * address takes a function that is missing now for one that is always missing.
 */
#define OUTLIVE_FIND(pointer, name, type, parameters) \
	__asm__(".weak " #name "\n\tmovq " #name "@GOTPCREL(%%rip), %0" : "=r"(pointer))
#else
#define OUTLIVE_FIND(pointer, name, type, parameters)          \
	do {                                                       \
		extern type name##_preloaded parameters __asm__(#name) \
			__attribute__((__weak__));                         \
		pointer = name##_preloaded;                            \
	} while (0)
#endif

/*
 * Begin the phase `name` for the whole process, from any thread. It lasts until the next call;
 * NULL or "" ends it. Names are cut to 255 bytes. May be called anywhere, also in signal
 * handlers; keeps errno.
 */
static __inline__ void outlive_phase(const char *name) __asm__("outlive_phase_inline");
static __inline__ void outlive_phase(const char *name)
{
	void (*preloaded)(const char *);

	OUTLIVE_FIND(preloaded, outlive_phase, void, (const char *));
	if (preloaded)
		preloaded(name);
}

/*
 * Begin to record this process, if it waits for that (`outlive run --start-after`) or has called
 * outlive_stop(). What was allocated before is not known. From any thread, but not in signal
 * handlers. 0: the process is recorded now, or was already; -1: it is not, as it does not run
 * under `outlive run`, or a thread is still in a call that was recorded: try again later.
 */
static __inline__ int outlive_start(void) __asm__("outlive_start_inline");
static __inline__ int outlive_start(void)
{
	int (*preloaded)(void);

	OUTLIVE_FIND(preloaded, outlive_start, int, (void));
	return preloaded ? preloaded() : -1;
}

/*
 * End the recording of this process, which runs on: from here on, a call of the allocator costs
 * some 15 ns more. From any thread, but not in signal handlers. 0, or -1: it was not recorded.
 */
static __inline__ int outlive_stop(void) __asm__("outlive_stop_inline");
static __inline__ int outlive_stop(void)
{
	int (*preloaded)(void);

	OUTLIVE_FIND(preloaded, outlive_stop, int, (void));
	return preloaded ? preloaded() : -1;
}

/*
 * Ask `outlive run --flight` to write what the flight recorder has into a file of its own, beside
 * the trace: NAME.snapshot-1.outlive and so on. Does not wait for it: the file is there a second
 * or two later. One is made at a time, and at most one a second: calls that come meanwhile are
 * answered by one later file, of a moment after the last of them. If the process ends first, its
 * trace has what was there then. 0: asked; -1: there is no flight recorder, or it has no reader
 * any more.
 */
static __inline__ int outlive_snapshot(void) __asm__("outlive_snapshot_inline");
static __inline__ int outlive_snapshot(void)
{
	int (*preloaded)(void);

	OUTLIVE_FIND(preloaded, outlive_snapshot, int, (void));
	return preloaded ? preloaded() : -1;
}

#ifdef __cplusplus
}
#endif

#endif
