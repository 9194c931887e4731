/* call_on_stack.h - calls a function on another stack if this one is too small. x86-64. */
#ifndef OUTLIVE_CALL_ON_STACK_H
#define OUTLIVE_CALL_ON_STACK_H

/* Call function(argument) on the stack that ends at `high`, a multiple of 16. */
void arch_call_on_stack(void (*function)(void *), void *argument, void *high);

#endif
