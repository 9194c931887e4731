/*
 * jump_past_owner.c - longjmp ends functions that never return. The block of parse() is
 * freed by recover(), which the jump landed in: its owner, expression(), is gone and so is
 * the one outside, statement(): 3 frames with parse() itself. When nothing goes wrong
 * expression() frees it: 1 frame. Calls that follow the jump at the same stack addresses
 * are new activations: the block that again() left behind is not theirs.
 *
 * expect: depths("parse") == {"1": 60, "3": 40}
 * expect: [by("parse")[].owners[] | {(.function): .blocks}] | add
 *   == {"expression": 60, "recover": 40}
 * expect: depths("again") == {"1": 40} and owners("again") == ["recover"]
 * expect: .classes.stack_like.blocks == 0
 * expect: .exact.inferred == 0
 */
#include <setjmp.h>
#include <stdlib.h>

static jmp_buf landing;
static void *volatile current;
static void *volatile sink;

static __attribute__((noinline)) void parse(int number)
{
	current = malloc(88);
	if (number % 5 < 2)
		longjmp(landing, 1);
	sink = current;
}

static __attribute__((noinline)) void expression(int number)
{
	parse(number);
	free(current);
	current = NULL;
}

static __attribute__((noinline)) void statement(int number)
{
	expression(number);
	sink = NULL;
}

/* The same frames as statement() and what it calls, one call later. */
static __attribute__((noinline)) void again(void **left)
{
	*left = malloc(16);
	sink = NULL;
}

static __attribute__((noinline)) void recover(int number)
{
	void *left;

	if (setjmp(landing) == 0) {
		statement(number);
		return;
	}
	again(&left);
	free(current);
	free(left);
	current = NULL;
}

int main(void)
{
	for (int i = 0; i < 100; i++)
		recover(i);
	return 0;
}
