/*
 * outlive.h - what a program can tell `outlive` that records it. For C and C++.
 *
 * Nothing needs to be linked: where the program does not run under `outlive run`, a call
 * costs the test of a pointer.
 */
#ifndef OUTLIVE_H
#define OUTLIVE_H

#ifdef __cplusplus
extern "C" {
#endif

/*
 * From here on the whole process is in the phase `name`, whichever thread says so, until a
 * next call. NULL or "" ends it. Of a name, 255 bytes are kept. May be called anywhere,
 * signal handlers included; errno is kept.
 */
static __inline__ void outlive_phase(const char *name) __asm__("outlive_phase_inline");
static __inline__ void outlive_phase(const char *name)
{
	void (*preloaded)(const char *);

#if defined(__x86_64__) && !defined(__ILP32__) && !defined(__code_model_large__)
	/* By the global offset table: any other way the linker of a program at a fixed address
	   takes a function that is missing for one that always will be. */
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
