/*
 * test_walk.c - the incremental walk sees what backtrace() sees.
 *
 * Functions with frames of every kind call each other at random; at each leaf the walk is
 * compared, entry by entry, with libgcc's backtrace of the same line.
 */
#include "own_ring.h"
#include "ring/ring.h"
#include "stack/walk.h"
#include "system/system.h"

#include <alloca.h>
#include <execinfo.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#define DEPTH_MAX 400
/*
 * ASan moves locals to fake stacks and poisons what lies between: no stack to walk. TSan
 * keeps a stack of return addresses itself, and must not meet stubs in it.
 */
#ifdef __has_feature
#define HAS_SANITIZER \
	(__has_feature(address_sanitizer) || __has_feature(thread_sanitizer))
#elif defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define HAS_SANITIZER 1
#else
#define HAS_SANITIZER 0
#endif
#if HAS_SANITIZER
#define NEEDS_A_PLAIN_STACK() skip()
#else
#define NEEDS_A_PLAIN_STACK() (void)0
#endif

#if defined(__clang__)
#define NOINLINE __attribute__((noinline))
#else
#define NOINLINE __attribute__((noinline, noclone))
#endif

static struct thread_state *state;
static unsigned long events, kept, shortened, failures;

static int set_up(void **unused)
{
	if (own_ring_set_up(unused))
		return -1;
	state = thread_state_get();
	if (state)
		state->stacks.seen = state->stacks
		                         .own; /* a short walk asks this of its caller */
	return state ? 0 : -1;
}

/* Every other walk is a short one, if that is possible. False: it is not. */
static bool walk_in_short(const struct walk_start *start)
{
	struct short_walk walk = { 0, 0 };
	struct pushed_frames pushed;

	if (events % 2)
		walk = stack_walk_middle(state, start);
	if (!walk.keep)
		return false;
	pushed = short_walk_pushed(state, walk);
	if (pushed.count)
		frames_apply_short(state, &pushed);
	else
		frames_drop_inner(state, walk.keep);
	shortened++;
	kept += walk.keep;
	return true;
}

/* Returns whether the walk came to the end. */
static bool walk_in_full(const struct walk_start *start)
{
	struct walk_result walk = stack_walk(state, start);

	kept += walk.keep;
	frames_apply(state, &walk);
	return !walk.cut;
}

/* backtrace(), without the stubs it passes through; inlined, so that it begins in the caller. */
static inline __attribute__((always_inline)) int backtrace_take(void **addresses,
                                                                int capacity)
{
	int count = backtrace(addresses, capacity), left = 0;

	for (int i = 0; i < count; i++) {
		if (!stub_is((uintptr_t)addresses[i]))
			addresses[left++] = addresses[i];
	}
	return left;
}

/* What malloc would do: walk from its caller, and compare. Keeps a frame pointer. */
NOINLINE static void leaf(void)
{
	void *expected[2 * DEPTH_MAX];
	struct walk_start start = {
		.slot = (uintptr_t)__builtin_frame_address(0) + sizeof(uintptr_t),
		.return_address = (uintptr_t)__builtin_return_address(0),
		.fp = *(const uintptr_t *)__builtin_frame_address(0),
	};
	int depth = backtrace_take(expected, 2 * DEPTH_MAX);
	bool same = walk_in_short(&start) || walk_in_full(&start);

	events++;
	/* backtrace() begins in this function, the walk in its caller. */
	if (state->stack.depth != (uint32_t)depth - 1)
		same = false;
	for (int i = 1; same && i < depth; i++) {
		uintptr_t seen = state->stack.frames[depth - 1 - i].return_address;

		/* A frame that a signal interrupted is recorded one byte further on. */
		if (seen != (uintptr_t)expected[i] && seen != (uintptr_t)expected[i] + 1)
			same = false;
	}
	if (same)
		return;
	if (failures++ == 0) {
		for (int i = 1; i < depth || i <= (int)state->stack.depth; i++)
			print_message(
				"%d: %p %p\n", i, i < depth ? expected[i] : NULL,
				i <= (int)state->stack.depth
					? (void *)state->stack.frames[state->stack.depth - i].return_address
					: NULL);
	}
}

/* From the caller, as malloc would. */
NOINLINE static struct walk_result walk_here(void)
{
	struct walk_start start = {
		.slot = (uintptr_t)__builtin_frame_address(0) + sizeof(uintptr_t),
		.return_address = (uintptr_t)__builtin_return_address(0),
		.fp = *(const uintptr_t *)__builtin_frame_address(0),
	};

	return stack_walk(state, &start);
}

static void grow(int depth);

NOINLINE static void frame_plain(int depth)
{
	leaf();
	grow(depth);
	__asm__ volatile("");
}

NOINLINE static void frame_pointer(int depth)
{
	grow(depth);
	leaf();
	__asm__ volatile("");
}

NOINLINE static void frame_alloca(int depth)
{
	char *memory = alloca(16 + (size_t)rand() % 2000);

	__asm__ volatile("" : : "r"(memory) : "memory");
	leaf();
	grow(depth);
	leaf();
	__asm__ volatile("" : : "r"(memory) : "memory");
}

/* Realigned: GCC's CFA is an expression here, which only the slow walk can follow. */
NOINLINE static void frame_realigned(int depth)
{
	_Alignas(64) char memory[128];
	char *more = alloca(16 + (size_t)rand() % 100);

	__asm__ volatile("" : : "r"(memory), "r"(more) : "memory");
	leaf();
	grow(depth);
	__asm__ volatile("" : : "r"(memory), "r"(more) : "memory");
}

/* fp is a value like any other, and differs between two events of one frame. */
NOINLINE static void frame_uses_bp(int depth)
{
	for (long i = 0; i < 3; i++) {
		__asm__ volatile("push %%rbp\n\t.cfi_adjust_cfa_offset 8\n\t"
		                 "pop %%rbp\n\t.cfi_adjust_cfa_offset -8"
		                 :
		                 : "r"(i)
		                 : "rbx", "r12", "r13", "r14", "r15", "memory");
		leaf();
		if (i == 1)
			grow(depth);
	}
}

NOINLINE static void frame_recursive(int depth)
{
	int levels = rand() % 5;

	if (levels && depth > 10)
		frame_recursive(depth - 1);
	else
		grow(depth);
	leaf();
}

static unsigned long events_max = 200000;

static void grow(int depth)
{
	static void (*const kinds[])(int) = { frame_plain,   frame_pointer,
		                                  frame_alloca,  frame_realigned,
		                                  frame_uses_bp, frame_recursive };

	if (depth <= 0 || events > events_max)
		return;
	for (int i = rand() % 3; i >= 0; i--)
		kinds[rand() % 6](depth - 1 - rand() % 3);
}

static void sees_what_backtrace_sees(void **unused)
{
	(void)unused;
	NEEDS_A_PLAIN_STACK();
	srand(7);
	while (events < 20000)
		grow(12);
	assert_int_equal(failures, 0);
	assert_true(kept > events); /* it did stop early */
	assert_true(!recorder.is_exact || shortened > events / 8);
}

static void sees_deep_stacks(void **unused)
{
	unsigned long before = events;

	(void)unused;
	NEEDS_A_PLAIN_STACK();
	/*
	 * Each event is compared with a backtrace of 300 frames. How many there would be is chance,
	 * and another with each compiler, which calls rand() in its own order.
	 */
	events_max = before + 5000;
	frame_recursive(120);
	events_max = 200000;
	assert_int_equal(failures, 0);
	assert_true(events > before);
}

static void handler(int number)
{
	(void)number;
	leaf();
	frame_plain(2);
}

NOINLINE static void raise_in_frames(int depth)
{
	if (depth)
		raise_in_frames(depth - 1);
	else
		kill(getpid(), SIGUSR1);
	leaf();
}

/* Through the signal frame, from the handler's own stack to the interrupted one. */
static void walks_through_signal_frames(void **unused)
{
	static char memory[65536];
	stack_t stack = { .ss_sp = memory, .ss_size = sizeof(memory) };
	struct sigaction action = { .sa_handler = handler };
	unsigned long before = events;

	(void)unused;
	NEEDS_A_PLAIN_STACK();
	assert_int_equal(sigaction(SIGUSR1, &action, NULL), 0);
	for (int i = 0; i < 5; i++)
		raise_in_frames(i);
	action.sa_flags = SA_ONSTACK;
	assert_int_equal(sigaltstack(&stack, NULL), 0);
	assert_int_equal(sigaction(SIGUSR1, &action, NULL), 0);
	for (int i = 0; i < 5; i++)
		raise_in_frames(i);
	assert_int_equal(failures, 0);
	assert_true(events > before + 20);
}

/* A stack deeper than is kept loses its outer end, again and again, and goes on. */
NOINLINE static uint32_t deepen(int depth)
{
	struct walk_start start = {
		.slot = (uintptr_t)__builtin_frame_address(0) + sizeof(uintptr_t),
		.return_address = (uintptr_t)__builtin_return_address(0),
		.fp = *(const uintptr_t *)__builtin_frame_address(0),
	};
	struct walk_result walk = stack_walk(state, &start);
	uint32_t cuts = walk.cut;

	frames_apply(state, &walk);
	assert_in_range(state->stack.depth, 1, STACK_DEPTH_MAX);
	if (depth)
		cuts += deepen(depth - 1);
	__asm__ volatile("");
	return cuts;
}

static void cuts_what_is_too_deep(void **unused)
{
	(void)unused;
	NEEDS_A_PLAIN_STACK();
	assert_in_range(deepen(3 * STACK_DEPTH_MAX), 1, 10);
	events = 0;
	sees_what_backtrace_sees(NULL);
}

/*
 * Walks with `value` in the place of its return address; how many frames were found: its
 * own call's, and that of `value` if it was taken for one.
 */
NOINLINE static uint32_t walk_under(uintptr_t value)
{
	volatile uintptr_t *slot = (uintptr_t *)__builtin_frame_address(0) + 1;
	uintptr_t return_address = *slot;
	struct walk_result walk;

	leaf(); /* the frames are known as they are, before one is not */
	*slot = value;
	walk = walk_here();
	*slot = return_address;
	/* Frames that stubs prove to stand lie beyond. */
	for (uint32_t i = 0; i < walk.keep; i++)
		assert_int_not_equal(state->stack.frames[i].return_address, value);
	frames_apply(state, &walk);
	assert_true(walk.cut);
	return walk.pushed;
}

static void stores_only_what_can_be_a_return_address(void **unused)
{
	static long variable;
	char *memory = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
	                    -1, 0);
	const uintptr_t odd[] = {
		0x5bd1e995a7c3d100, /* a canary */
		~(uintptr_t)0,
		(uintptr_t)1 << 47,
		(uintptr_t)1 << 48 | (uintptr_t)walk_under,
		(uintptr_t)1 << 63,
		(uintptr_t)&variable, /* a module's, but data */
		(uintptr_t)&memory,
		(uintptr_t)memory + 8,
		0x7fffffffffff,
		42,
	};

	int tries;

	(void)unused;
	NEEDS_A_PLAIN_STACK();
	for (int round = 0; round < 3; round++) {
		for (size_t i = 0; i < sizeof(odd) / sizeof(*odd); i++)
			assert_int_equal(walk_under(odd[i]), 1);
	}
	/*
	 * Code that was made at run time is shown, though nothing is known of its frame; but a
	 * moment later, if the mappings have just been read (modules/code_map.h).
	 */
	assert_int_equal(mprotect(memory + 4096, 4096, PROT_READ | PROT_EXEC), 0);
	for (tries = 0; tries < 200 && walk_under((uintptr_t)memory + 4096 + 8) != 2;
	     tries++)
		usleep(10000);
	assert_in_range(tries, 0, 199);
	assert_int_equal(walk_under((uintptr_t)memory + 8), 1);
	assert_int_equal(failures, 0);
	munmap(memory, 8192);
}

/*
 * What an allocator sees that a function calls last, by a jump: the frame that called the function
 * is the innermost, and its return address a stub. Inner frames have returned. A short walk comes
 * to what a full one does, and gives their stubs back.
 */
NOINLINE static void called_last(int depth)
{
	struct walk_start start = {
		.slot = (uintptr_t)__builtin_frame_address(0) + sizeof(uintptr_t),
		.fp = *(const uintptr_t *)__builtin_frame_address(0),
	};
	struct short_walk walk;
	struct walk_result result;
	uint32_t outer;

	frame_plain(3);
	leaf();
	outer = state->stack.depth - 1;
	frame_plain(3);
	assert_in_range(state->stack.depth, outer + 2, DEPTH_MAX);
	start.return_address = *(const uintptr_t *)start.slot;
	assert_true(stub_is(start.return_address));
	result = stack_walk(state, &start);
	walk = stack_walk_middle(state, &start);
	assert_int_equal(walk.keep, outer);
	assert_int_equal(walk.pushed, 0);
	assert_int_equal(result.keep, outer);
	assert_int_equal(result.pushed, 0);
	assert_false(result.plain);
	frames_drop_inner(state, walk.keep);
	assert_int_equal(state->stack.depth, outer);
	assert_int_equal(*(const uintptr_t *)start.slot, start.return_address);
	/* Again from there, when nothing is further in. */
	walk = stack_walk_middle(state, &start);
	assert_int_equal(walk.keep, outer);
	assert_int_equal(walk.pushed, 0);
	/* A stub that has run, but is there, was copied back. */
	outlive_stub_entries[stub_of(start.return_address)].returned = 1;
	assert_int_equal(stack_walk_middle(state, &start).keep, 0);
	outlive_stub_entries[stub_of(start.return_address)].returned = 0;
	leaf();
	if (depth)
		called_last(depth - 1);
	leaf();
}

static void walks_from_a_stub(void **unused)
{
	(void)unused;
	NEEDS_A_PLAIN_STACK();
	failures = 0;
	for (int i = 0; i < 100; i++)
		called_last(i % 20);
	assert_int_equal(failures, 0);
}

static void leaves_stubs_from_here_on(void **unused)
{
	(void)unused;
	NEEDS_A_PLAIN_STACK();
	assert_true(stack_walk_start(true));
	state->stack.depth = 0;
	events = kept = 0;
}

/* No test above may have used up what it cannot give back. */
static void has_stubs_left(void **unused)
{
	(void)unused;
	NEEDS_A_PLAIN_STACK();
	assert_int_equal(ring.header->lost[LOST_STUBS], 0);
	assert_true(state->stack.depth == 0 || state->stack.frames[0].stub != 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sees_what_backtrace_sees),
		cmocka_unit_test(sees_deep_stacks),
		cmocka_unit_test(walks_through_signal_frames),
		cmocka_unit_test(cuts_what_is_too_deep),
		cmocka_unit_test(stores_only_what_can_be_a_return_address),
		cmocka_unit_test(leaves_stubs_from_here_on),
		cmocka_unit_test(sees_what_backtrace_sees),
		cmocka_unit_test(sees_deep_stacks),
		cmocka_unit_test(walks_through_signal_frames),
		cmocka_unit_test(cuts_what_is_too_deep),
		cmocka_unit_test(stores_only_what_can_be_a_return_address),
		cmocka_unit_test(walks_from_a_stub),
		cmocka_unit_test(has_stubs_left),
	};

	return cmocka_run_group_tests(tests, set_up, own_ring_tear_down);
}
