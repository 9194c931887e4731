/*
 * not_overflow.c - a program that dies of SIGSEGV, but not because its stack was full: it
 * writes through a null pointer, at some depth.
 *
 * exit: 139
 * expect: .faults | length == 1
 * expect: .faults[0].stack_overflow == false
 * expect: .faults[0].signal_name == "SIGSEGV"
 * expect: .faults[0].address == 0
 * expect: .faults[0].at.function == "write_there"
 * expect: .faults[0].at.line == 24
 * expect: .faults[0].rounds == 0
 * expect: [.faults[0].path[].function][0:3] == ["write_there", "caller", "main"]
 */
#include <stdlib.h>

static void *volatile sink;
static char *volatile nowhere;

static __attribute__((noinline)) void write_there(void)
{
	sink = malloc(10);
	free(sink);
	nowhere[0] = 1;
	sink = NULL;
}

static __attribute__((noinline)) int caller(void)
{
	volatile char local[200];

	local[0] = 1;
	write_there();
	return local[0];
}

int main(void)
{
	return caller();
}
