/*
 * outlive.h - what a C or C++ program can report to `outlive` while it is recorded.
 *
 * Link nothing: if the program does not run under `outlive run`, a call just tests a pointer.
 */
#ifndef OUTLIVE_H
#define OUTLIVE_H

#ifdef __cplusplus
extern "C" {
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

#if defined(__x86_64__) && !defined(__ILP32__) && !defined(__code_model_large__)
	/*
	 * Through the global offset table. With any other reference, the linker of a program at
	 * a fixed address takes a function that is missing now for one that is always missing.
	 */
	__asm__(".weak outlive_phase\n\tmovq outlive_phase@GOTPCREL(%%rip), %0"
	        : "=r"(preloaded));
#else
	extern void outlive_phase_preloaded(const char *) __asm__("outlive_phase")
		__attribute__((__weak__));

	preloaded = outlive_phase_preloaded;
#endif
	if (preloaded)
		preloaded(name);
}

#ifdef __cplusplus
}
#endif

#endif
