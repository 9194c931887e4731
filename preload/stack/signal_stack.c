/* stack/signal_stack.c - sigaltstack(2) for the recorder's handler. */
#include "stack/signal_stack.h"

#include "system/recorder.h"
#include "system/own_memory.h"

#include <string.h>

static long signal_stack_call(const stack_t *new_stack, stack_t *old_stack)
{
	return system_call(SYS_sigaltstack, (long)new_stack, (long)old_stack, 0, 0, 0, 0);
}

void signal_stack_check(stack_t *stack)
{
	*stack = (stack_t){ .ss_flags = SS_DISABLE };
	signal_stack_call(NULL, stack);
}

bool signal_stack_has_header(const stack_t *stack)
{
	const struct own_header *header = stack->ss_sp;

	return !(stack->ss_flags & SS_DISABLE) && stack->ss_size == SIGNAL_STACK_BYTES &&
	       (uintptr_t)header % OWN_GUARD_BYTES == 0 &&
	       header->magic == OWN_HEADER_MAGIC && header->bytes == SIGNAL_STACK_BYTES;
}

void signal_stack_put(void **memory)
{
	stack_t stack;

	if (!recorder.wants_signal_stacks)
		return;
	signal_stack_check(&stack);
	if (!(stack.ss_flags & SS_DISABLE))
		return;
	if (!*memory)
		*memory = own_stack_map(SIGNAL_STACK_BYTES);
	if (!*memory)
		return;
	stack = (stack_t){ .ss_sp = *memory, .ss_size = SIGNAL_STACK_BYTES };
	signal_stack_call(&stack, NULL);
}

/* Returns 0 if the calling thread no longer uses the stack at `memory`. */
static long signal_stack_end(void *memory)
{
	stack_t stack;

	signal_stack_check(&stack);
	if (!signal_stack_is_ours(&stack, memory))
		return 0;
	stack = (stack_t){ .ss_flags = SS_DISABLE };
	return signal_stack_call(&stack, NULL);
}

void signal_stack_take(void **memory)
{
	if (*memory && signal_stack_end(*memory) < 0)
		*memory = NULL;
}
