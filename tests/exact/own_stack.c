/*
 * own_stack.c - a program that looks at its own stack sees what it would see without us:
 * the same frames, as many as it has room for, from backtrace() and from
 * _Unwind_Backtrace(), also deep down and in a signal handler.
 *
 * guards: no frame of a stub's or of a hook's is shown
 * build: gcc -O2
 * build: gcc -O0
 * build: clang -O2
 */
#include "exact.h"

#include <dlfcn.h>
#include <execinfo.h>
#include <signal.h>
#include <unwind.h>

static long frames_seen;

/* As an offset in its module: that is the same in every run. */
static void address_show(const void *address)
{
	Dl_info info;

	if (dladdr(address, &info) && info.dli_fname)
		printf(" %s+%lx",
		       strrchr(info.dli_fname, '/') ? strrchr(info.dli_fname, '/') : "",
		       (unsigned long)((const char *)address - (const char *)info.dli_fbase));
	else
		printf(" ?");
}

NOIPA static void show(int room)
{
	void *addresses[600];
	int count = backtrace(addresses, room);

	printf("%d of %d:", count, room);
	for (int i = 0; i < count; i++)
		address_show(addresses[i]);
	printf("\n");
}

static _Unwind_Reason_Code visit(struct _Unwind_Context *context, void *argument)
{
	int *count = argument;

	frames_seen++;
	if ((*count)-- > 0)
		address_show((const void *)_Unwind_GetIP(context));
	return *count == -3 ? _URC_END_OF_STACK : _URC_NO_REASON;
}

NOIPA static void visit_all(int count)
{
	_Unwind_Reason_Code code = _Unwind_Backtrace(visit, &count);

	printf(" code %d\n", code);
}

static void on_signal(int number)
{
	free(malloc((size_t)number));
	show(9);
	visit_all(1000);
}

NOIPA static void down(int depth, int room)
{
	void *block = malloc((size_t)depth + 1);

	if (depth) {
		down(depth - 1, room);
	} else {
		show(room);
		show(room); /* the frames have their stubs by now */
		visit_all(1000);
		visit_all(3);
	}
	free(block);
}

int main(void)
{
	struct sigaction action = { .sa_handler = on_signal };

	setvbuf(stdout, NULL, _IONBF, 0);
	down(4, 10);
	down(20, 10);
	down(3, 1);
	down(300, 127);
	down(300, 128);
	down(300, 600);
	show(0);
	sigaction(SIGUSR1, &action, NULL);
	raise(SIGUSR1);
	for (int i = 0; i < 3; i++)
		down(5, 20);
	printf("%ld\n", frames_seen);
	return 0;
}
