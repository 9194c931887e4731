/*
 * second_returns.c - functions that return twice, the second time from a copy of the stack
 * that was made while they ran (greenlet's first switch into a new one). The stubs of their
 * frames ran at the first return; the copy still holds them, and between the two hundreds of
 * other frames come and go.
 *
 * guards: a stub keeps to its return address while there are others
 * build: gcc -O2 switch.S
 * build: gcc -O0 switch.S
 * build: clang -O2 switch.S
 */
#include "exact.h"
#include "switch.h"

#include <alloca.h>

static char *base; /* parts of the stack further in than this are copied */
static void *saved_sp;
static char *copy;
static size_t copy_bytes;
static int is_copied, returns;
static char switch_stack[65536];

/* On a stack of its own: make the copy, or put it back; and go on where it was made. */
static void copier(void *argument, void *pass)
{
	(void)argument;
	(void)pass;
	if (!is_copied) {
		copy_bytes = (size_t)(base - (char *)saved_sp);
		copy = malloc(copy_bytes);
		memcpy(copy, saved_sp, copy_bytes);
	} else {
		memcpy(saved_sp, copy, copy_bytes);
		free(copy);
	}
	stack_switch(&(void *){ NULL }, saved_sp, (void *)(intptr_t)(1 + is_copied++));
}

static void *copier_begin(void)
{
	return stack_begin(switch_stack, sizeof(switch_stack), copier, NULL);
}

/* Returns 1, and when all that it returned to is over, 2. */
NOINLINE static long fork_stack(void)
{
	allocate_here();
	expect_stub();
	return (long)(intptr_t)stack_switch(&saved_sp, copier_begin(), NULL);
}

NOINLINE static long third(void)
{
	long number = fork_stack();

	allocate_here();
	return number;
}

NOINLINE static long second(void)
{
	long number = third();

	allocate_here();
	return number;
}

NOINLINE static long first(void)
{
	long number = second();

	allocate_here();
	return number;
}

/* Many return addresses, so that stubs which are given back are wanted by others. */
NOINLINE static long leaf(long number)
{
	allocate_here();
	return number + 1;
}

#define CALL(name)                         \
	NOINLINE static long name(long number) \
	{                                      \
		long result = leaf(number);        \
                                           \
		allocate_here();                   \
		return result;                     \
	}
#define CALL8(name) \
	CALL(name##0)   \
	CALL(name##1)   \
	CALL(name##2) CALL(name##3) CALL(name##4) CALL(name##5) CALL(name##6) CALL(name##7)
#define CALL64(name) \
	CALL8(name##0)   \
	CALL8(name##1)   \
	CALL8(name##2)   \
	CALL8(name##3) CALL8(name##4) CALL8(name##5) CALL8(name##6) CALL8(name##7)
CALL64(call)

#define NAME8(name) \
	name##0, name##1, name##2, name##3, name##4, name##5, name##6, name##7
static long (*const calls[])(long) = { NAME8(call0), NAME8(call1), NAME8(call2),
	                                   NAME8(call3), NAME8(call4), NAME8(call5),
	                                   NAME8(call6), NAME8(call7) };

NOINLINE static long churn(long number)
{
	for (size_t i = 0; i < sizeof(calls) / sizeof(*calls); i++)
		number = calls[i](number);
	return number;
}

NOINLINE static void below(void)
{
	volatile char *gap = alloca(4096);
	long number;

	gap[0] = 0;
	base = (char *)gap;
	is_copied = returns = 0;
	number = first();
	returns++;
	check(number == returns, "return %d gave %ld", returns, number);
	check(churn(0) == 64, "churned");
	if (returns == 1)
		stack_switch(&(void *){ NULL }, copier_begin(), NULL);
	check(returns == 2, "%d returns", returns);
}

int main(void)
{
	exact_begin();
	for (int i = 0; i < 200; i++)
		below();
	return exact_end();
}
