/*
 * switch.h - coroutines by switch.S, on stacks the caller provides.
 */
#ifndef SWITCH_H
#define SWITCH_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif
void *stack_switch(void **save, void *to, void *pass);
void stack_enter(void);
#ifdef __cplusplus
}
#endif

/* What to pass as `to` to begin `function(argument, pass)` on the stack. */
static inline void *stack_begin(char *stack, unsigned long stack_bytes,
                                void (*function)(void *, void *), void *argument)
{
	uint64_t *top = (uint64_t *)(((uintptr_t)stack + stack_bytes) & ~(uintptr_t)63);

	top -= 8;
	top[0] = UINT64_C(0x037f00001f80);      /* x87 word, mxcsr as at start */
	top[1] = (uint64_t)(uintptr_t)function; /* r12 */
	top[2] = (uint64_t)(uintptr_t)argument; /* r13 */
	top[3] = top[4] = top[5] = top[6] = 0;  /* r14 r15 rbx rbp */
	top[7] = (uint64_t)(uintptr_t)stack_enter;
	return top;
}

#endif
