/*
 * faults.c - faults WAY: die in one of these ways; test_faults.sh says what must come of it.
 */
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <stdbool.h>
#include <ucontext.h>
#include <unistd.h>

#define NOINLINE __attribute__((noinline, noclone))

static void *volatile sink;

NOINLINE static int descend(int depth)
{
	volatile char room[200];
	int result;

	room[depth % 200] = 1;
	result = descend(depth + 1);
	return result + room[depth % 200];
}

NOINLINE static int descend_and_allocate(int depth)
{
	volatile char room[200];
	void *block = malloc(10);
	int result;

	sink = block;
	room[depth % 200] = 1;
	result = descend_and_allocate(depth + 1);
	free(block);
	return result + room[depth % 200];
}

NOINLINE static int make_huge_frame(int depth)
{
	volatile char room[16 << 20];

	room[depth] = 1;
	room[sizeof(room) - 1 - (size_t)depth] = 1;
	return room[100];
}

NOINLINE static int make_frame_at_run_time(int depth)
{
	size_t bytes = (16u << 20) + (size_t)depth;
	volatile char *room = __builtin_alloca(bytes);

	room[depth] = 1;
	return room[bytes - 1];
}

/* What no processor has an address for. */
NOINLINE static int access_no_address(int depth)
{
	return *(volatile int *)(0x8000000000000000 + (unsigned long)depth);
}

static void *in_thread(void *argument)
{
	((int (*)(int))argument)(0);
	return NULL;
}

static void thread_run(int (*function)(int), size_t stack_bytes)
{
	pthread_attr_t attributes;
	pthread_t thread;

	pthread_attr_init(&attributes);
	if (stack_bytes)
		pthread_attr_setstacksize(&attributes, stack_bytes);
	if (pthread_create(&thread, &attributes, in_thread, (void *)function))
		exit(9);
	pthread_join(thread, NULL);
}

NOINLINE static int access_null(int depth)
{
	return *(volatile int *)(long)depth;
}

NOINLINE static int write_code(int depth)
{
	*(volatile char *)(void *)write_code = 1;
	return depth;
}

static char *volatile foreign_guard;

static void *show_guard(void *argument)
{
	pthread_attr_t attributes;
	void *low = NULL;
	size_t bytes;

	pthread_getattr_np(pthread_self(), &attributes);
	pthread_attr_getstack(&attributes, &low, &bytes);
	foreign_guard = (char *)low - 8;
	pause();
	return argument;
}

/* A wild access that hits the guard of another thread's stack. */
NOINLINE static int hit_foreign_guard(int depth)
{
	pthread_t thread;

	pthread_create(&thread, NULL, show_guard, NULL);
	while (!foreign_guard)
		usleep(1000);
	*foreign_guard = 1;
	return depth;
}

NOINLINE static int corrupt_heap(int depth)
{
	/* free() itself reads what is not mapped. */
	free((void *)0x123456789010);
	return depth;
}

NOINLINE static int read_past_file(int depth)
{
	int fd = open("bus", O_RDWR | O_CREAT | O_TRUNC, 0600);
	volatile char *map;

	if (fd < 0 || ftruncate(fd, 4096))
		exit(9);
	map = mmap(NULL, 8192, PROT_READ, MAP_SHARED, fd, 0);
	return map[4096 + depth];
}

static void tiny_signal_stack(void)
{
	static char room[4096 + 2048];
	stack_t stack = { .ss_sp = room, .ss_size = sizeof(room) };

	if (sigaltstack(&stack, NULL))
		exit(9);
}

/* ---- handlers of the program's own ---- */

static const char *ending;

static void handler(int number)
{
	static const char shown[] = "handled\n";

	if (write(1, shown, sizeof(shown) - 1) < 0)
		return;
	if (!strcmp(ending, "abort"))
		abort();
	if (!strcmp(ending, "exit"))
		exit(4);
	if (!strcmp(ending, "leave"))
		_exit(3);
	if (!strcmp(ending, "default"))
		signal(number, SIG_DFL);
	if (!strcmp(ending, "raise")) {
		signal(number, SIG_DFL);
		raise(number);
	}
	if (!strcmp(ending, "elsewhere"))
		kill(getpid(), SIGKILL);
}

static char handler_room[8192];

/* "handler-", how it is set, "-", what it does, "-", what it is for */
static int handled_run(const char *way)
{
	stack_t stack = { .ss_sp = handler_room, .ss_size = sizeof(handler_room) };
	struct sigaction action = { .sa_handler = handler };
	static char words[3][16];

	if (sscanf(way, "%15[^-]-%15[^-]-%15s", words[0], words[1], words[2]) != 3)
		exit(9);
	ending = words[1];
	if (strcmp(words[0], "plain"))
		action.sa_flags = SA_ONSTACK;
	if (!strcmp(words[0], "once"))
		action.sa_flags |= (int)SA_RESETHAND;
	if (!strcmp(words[0], "open"))
		action.sa_flags |= SA_NODEFER;
	/* "none": it forgets to say on which stack */
	if (action.sa_flags && strcmp(words[0], "none") && sigaltstack(&stack, NULL))
		exit(9);
	if (sigaction(SIGSEGV, &action, NULL))
		exit(9);
	if (!strcmp(words[2], "deep"))
		return descend(0);
	if (!strcmp(words[2], "deeper"))
		return descend_and_allocate(0);
	return access_null(0);
}

/* ---- what handlers live through ---- */

static sigjmp_buf escape;

static void jump(int number)
{
	(void)number;
	siglongjmp(escape, 1);
}

static void say_exit(int number)
{
	(void)number;
	exit(7);
}

static void call_abort(int number)
{
	(void)number;
	abort();
}

static void fill(int number)
{
	volatile char room[2000];

	memset((char *)room, 0xAA, sizeof(room));
	(void)number;
}

static void handle(int number, void (*function)(int), int flags)
{
	struct sigaction action = { .sa_handler = function, .sa_flags = flags };

	if (sigaction(number, &action, NULL))
		exit(9);
}

/* Other signals arrive all the time, for the same signal stack, while a handler exits. */
static int exit_interrupted(void)
{
	static char room[65536];
	stack_t stack = { .ss_sp = room, .ss_size = sizeof(room) };
	struct sigevent event = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGALRM };
	struct itimerspec often = { { 0, 10000 }, { 0, 10000 } };
	timer_t timer;

	handle(SIGSEGV, say_exit, SA_ONSTACK);
	handle(SIGALRM, fill, SA_ONSTACK | SA_RESTART);
	if (sigaltstack(&stack, NULL) || timer_create(CLOCK_MONOTONIC, &event, &timer) ||
	    timer_settime(timer, 0, &often, NULL))
		exit(9);
	return access_null(0);
}

static void exit_five(void)
{
	free(malloc(20));
	exit(5);
}

/* The signal stack is gone; the process ends on a stack of its own making, below. */
static int exit_elsewhere(void)
{
	char *map = mmap(NULL, 4 * 65536, PROT_READ | PROT_WRITE,
	                 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	stack_t stack = { .ss_sp = map + 2 * 65536, .ss_size = 65536 };
	ucontext_t here, there;

	handle(SIGSEGV, jump, SA_ONSTACK | SA_NODEFER);
	if (map == MAP_FAILED || sigaltstack(&stack, NULL))
		exit(9);
	if (!sigsetjmp(escape, 1))
		access_null(0);
	stack.ss_flags = SS_DISABLE;
	if (sigaltstack(&stack, NULL) || munmap(map + 2 * 65536, 65536))
		exit(9);
	getcontext(&there);
	there.uc_stack.ss_sp = map;
	there.uc_stack.ss_size = 65536;
	makecontext(&there, exit_five, 0);
	return swapcontext(&here, &there);
}

/* A handler for one call, and a vfork()ed child makes it: the parent has its own still. */
static int call_once_in_child(void)
{
	int status;
	pid_t child;

	handle(SIGSEGV, jump, SA_ONSTACK | SA_NODEFER | (int)SA_RESETHAND);
	child = vfork();
	if (child == 0) {
		if (!sigsetjmp(escape, 1))
			access_null(0);
		_exit(3);
	}
	if (waitpid(child, &status, 0) != child || WEXITSTATUS(status) != 3)
		return 1;
	if (!sigsetjmp(escape, 1))
		access_null(0);
	return 0;
}

/* An abort() that comes to nothing. */
static int abort_and_go_on(void)
{
	handle(SIGSEGV, call_abort, 0);
	handle(SIGABRT, jump, 0);
	if (!sigsetjmp(escape, 1))
		access_null(0);
	free(malloc(30));
	return 0;
}

/* Deep, and on a stack that SA_ONSTACK asks for and nobody has made: it is the thread's. */
static void use_much(int number)
{
	volatile char room[200000];

	for (size_t i = 0; i < sizeof(room); i += 1000)
		room[sizeof(room) - 1 - i] = (char)number;
	exit(room[sizeof(room) - 1] == (char)number ? 6 : 7);
}

/* A handler that runs into faults of its own while it explains the first, and then ends. */
NOINLINE static int explain(int depth)
{
	int *volatile nowhere = NULL;

	return *nowhere + depth;
}

static void stumble(int number)
{
	static int calls;

	if (calls++ < 2)
		explain(number);
	exit(6);
}

static void stumble_and_raise(int number)
{
	static int calls;

	if (calls++ < 2)
		explain(number);
	signal(number, SIG_DFL);
	raise(number);
}

static int stumble_in_handler(void (*function)(int), int flags)
{
	static char room[65536];
	stack_t stack = { .ss_sp = room, .ss_size = sizeof(room) };

	if (sigaltstack(&stack, NULL))
		exit(9);
	handle(SIGSEGV, function, flags | SA_NODEFER);
	return access_null(0);
}

static void fork_child(int number)
{
	pid_t child = fork();

	if (child == 0) {
		free(malloc(100));
		exit(0);
	}
	waitpid(child, NULL, 0);
	signal(number, SIG_DFL);
	raise(number);
}

/* Ways that are one function called, in the main thread or in one of its own. */
static const struct simple_way {
	const char *name;
	int (*function)(int);
	bool in_thread;
	size_t stack_bytes; /* of the thread; 0: as usual */
} simple_ways[] = {
	{ "main", descend, false, 0 },
	{ "main-allocates", descend_and_allocate, false, 0 },
	{ "main-huge", make_huge_frame, false, 0 },
	{ "no-address", access_no_address, false, 0 },
	{ "null", access_null, false, 0 },
	{ "code", write_code, false, 0 },
	{ "guard", hit_foreign_guard, false, 0 },
	{ "heap", corrupt_heap, false, 0 },
	{ "bus", read_past_file, false, 0 },
	{ "thread", descend, true, 0 },
	{ "thread-allocates", descend_and_allocate, true, 0 },
	{ "thread-small", descend, true, 65536 },
	{ "thread-huge", make_huge_frame, true, 0 },
	{ "thread-alloca", make_frame_at_run_time, true, 0 },
	{ "null-thread", access_null, true, 0 },
};

NOINLINE static int way_run(const char *way)
{
	void (*volatile nowhere)(void) = NULL;
	struct rlimit limit = { 256 << 10, RLIM_INFINITY };

	for (size_t i = 0; i < sizeof(simple_ways) / sizeof(*simple_ways); i++) {
		const struct simple_way *simple = &simple_ways[i];

		if (strcmp(way, simple->name))
			continue;
		if (!simple->in_thread)
			return simple->function(0);
		thread_run(simple->function, simple->stack_bytes);
	}
	if (!strncmp(way, "handler-", 8))
		return handled_run(way + 8);
	if (!strcmp(way, "interrupted"))
		return exit_interrupted();
	if (!strcmp(way, "elsewhere"))
		return exit_elsewhere();
	if (!strcmp(way, "vfork"))
		return call_once_in_child();
	if (!strcmp(way, "goes-on"))
		return abort_and_go_on();
	if (!strcmp(way, "much")) {
		handle(SIGSEGV, use_much, SA_ONSTACK);
		return access_null(0);
	}
	if (!strcmp(way, "stumbles"))
		return stumble_in_handler(stumble, SA_ONSTACK);
	if (!strcmp(way, "stumbles-plain"))
		return stumble_in_handler(stumble, 0);
	if (!strcmp(way, "stumbles-raise"))
		return stumble_in_handler(stumble_and_raise, SA_ONSTACK);
	if (!strcmp(way, "forks")) {
		handle(SIGSEGV, fork_child, 0);
		return access_null(0);
	}
	if (!strcmp(way, "main-limit"))
		return setrlimit(RLIMIT_STACK, &limit) || descend(0);
	if (!strcmp(way, "child")) {
		pid_t child = fork();

		if (child == 0)
			descend(0);
		waitpid(child, NULL, 0);
		raise(SIGSEGV);
	}
	if (!strcmp(way, "null-tiny")) {
		tiny_signal_stack();
		return access_null(0);
	}
	if (!strcmp(way, "nowhere"))
		nowhere();
	if (!strcmp(way, "raise"))
		raise(SIGSEGV);
	if (!strcmp(way, "kill"))
		kill(getpid(), SIGSEGV);
	if (!strcmp(way, "abort"))
		abort();
	if (!strcmp(way, "ignored")) {
		signal(SIGSEGV, SIG_IGN);
		raise(SIGSEGV);
	}
	return 0;
}

int main(int argc, char **argv)
{
	free(malloc(20));
	printf("%s\n", argv[argc - 1]);
	fflush(stdout);
	return way_run(argv[argc - 1]);
}
