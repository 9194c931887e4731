/*
 * test_depth.c - THREAD, DEPTH, TOUCHED and FAULT records hold what is true of
 * a stack, each size once in a run.
 */
#include "own_ring.h"
#include "event/encoder.h"
#include "system/guard.h"
#include "ring/ring.h"
#include "event/depth.h"
#include "event/mapping.h"
#include "system/system.h"

#include <alloca.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#define HIGH UINT64_C(0x7f0000800000)
#define LOW UINT64_C(0x7f0000000000)
#define FIELDS 64

static struct thread_state *thread_make(void)
{
	struct thread_state *state = calloc(1, sizeof(*state));

	state->stack.frames = calloc(20000, sizeof(*state->stack.frames));
	state->stack.capacity = 20000;
	state->stacks.own = (struct stack_bounds){ LOW, HIGH };
	state->serial = 1;
	return state;
}

static void thread_drop(struct thread_state *state)
{
	free(state->stack.frames);
	free(state);
}

/* `count` new frames of `size_bytes` each, the first of them at `slot`. */
static void encode(struct thread_state *state, uint32_t keep, uintptr_t slot,
                   uintptr_t size_bytes, uint32_t count)
{
	struct walk_frame *frames = state->stack.frames + state->stack.capacity - count;
	struct walk_result walk = { .keep = keep, .pushed = count, .frames = frames };
	struct event event = {
		.op = OP_MALLOC, .time = state->cursor.events, .address = 64, .size_bytes = 1
	};

	for (uint32_t i = 0; i < count; i++)
		frames[i] = (struct walk_frame){ .slot = slot - i * size_bytes,
			                             .return_address = 0x401000 + i };
	assert_true(event_encode(state, &event, &walk));
	frames_apply(state, &walk);
}

/* The control record at `at`, which must be the chunk's last: its fields. */
static uint32_t record_read(const struct thread_state *state, uint32_t at,
                            enum control_kind kind, uint64_t *fields)
{
	const uint8_t *bytes = (const uint8_t *)state->cursor.chunk;
	uint32_t count = 0, end;
	uint64_t values[FIELDS + 1] = { 0 };

	assert_int_equal(bytes[at++], CONTROL_TAG(kind));
	for (int shift = 0; count == 0; shift += 7) {
		values[0] |= (uint64_t)(bytes[at] & 0x7f) << shift;
		count = !(bytes[at++] & 0x80);
	}
	end = at + (uint32_t)values[0];
	count = 0;
	while (at < end && count < FIELDS) {
		fields[count] = 0;
		for (int shift = 0;; shift += 7) {
			fields[count] |= (uint64_t)(bytes[at] & 0x7f) << shift;
			if (!(bytes[at++] & 0x80))
				break;
		}
		count++;
	}
	assert_int_equal(at, end);
	assert_int_equal(at, state->cursor.used);
	assert_int_equal(COMMIT_BYTES(state->cursor.chunk->commit), state->cursor.used);
	assert_int_equal(COMMIT_EVENTS(state->cursor.chunk->commit),
	                 state->cursor.chunk_events);
	return count;
}

static uint32_t depth_read(struct thread_state *state, uint64_t *fields)
{
	uint32_t at = state->cursor.used;

	assert_true(depth_record(state));
	return record_read(state, at, CONTROL_DEPTH, fields);
}

/* The record goes into another chunk, after a RUN, if it does not fit into this one. */
static void says_what_was_mapped(void **unused)
{
	const struct mapping mapping = { .call = MAPPING_MUNMAP,
		                             .error = 22,
		                             .address = 0x7f1234567000,
		                             .size_bytes = 8191,
		                             .protection = 3,
		                             .flags = 0x22,
		                             .file = -1 };
	static const uint64_t wanted[] = { MAPPING_MUNMAP, 22, 0x7f1234567000, 8191, 3,
		                               0x22,           0 };
	struct thread_state *state = thread_make();
	uint64_t fields[FIELDS];
	uint32_t at, i;

	(void)unused;
	encode(state, 0, HIGH - 0x1000, 64, 5);
	at = state->cursor.used;
	assert_true(mapping_put(state, &mapping, 7));
	assert_int_equal(record_read(state, at, CONTROL_MAPPING, fields), 7);
	for (i = 0; i < 7; i++)
		assert_int_equal(fields[i], wanted[i]);
	state->cursor.used = CHUNK_BYTES - 4;
	assert_true(mapping_put(state, &mapping, 8));
	assert_true(state->cursor.used < 4096);
	assert_int_equal(state->cursor.chunk_events, 0);
	thread_drop(state);
}

static void says_who_made_a_thread(void **unused)
{
	struct thread_state *state = thread_make();
	uint64_t fields[FIELDS];
	uint32_t at = sizeof(struct chunk_header) + 1 + sizeof(struct run_record);

	(void)unused;
	guard.creator = 300;
	guard.start = 0x55550000abcd;
	assert_true(event_run_again(state, 100, 5));
	assert_int_equal(COMMIT_EVENTS(state->cursor.chunk->commit), 0);
	assert_int_equal(record_read(state, at, CONTROL_THREAD, fields), 4);
	assert_int_equal(fields[0], 300);
	assert_int_equal(fields[1], 0x55550000abcd);
	assert_int_equal(fields[2], HIGH);
	assert_int_equal(fields[3], HIGH - LOW);
	guard.creator = 0;
	guard.start = 0;
	thread_drop(state);
}

static void tells_each_size_once_in_a_run(void **unused)
{
	struct thread_state *state = thread_make();
	uint64_t fields[FIELDS];

	(void)unused;
	encode(state, 0, HIGH - 0x1000, 64, 5);
	assert_int_equal(depth_read(state, fields), 6 + 5);
	assert_int_equal(fields[0], STACK_OWN);
	assert_int_equal(fields[1], 0);
	assert_int_equal(fields[2], 0);
	assert_int_equal(fields[3], 0x1000 + 4 * 64);
	assert_int_equal(fields[4], 0);
	assert_int_equal(fields[5], 5);
	assert_int_equal(fields[6], 0); /* nothing is known of what called the outermost */
	for (int i = 7; i < 11; i++)
		assert_int_equal(fields[i], 64 / 8 + 1);
	/* The innermost again, and no other. */
	assert_int_equal(depth_read(state, fields), 6 + 1);
	assert_int_equal(fields[4], 4);
	/* Two of the five go, three come. */
	encode(state, 3, HIGH - 0x2000, 4096, 3);
	assert_int_equal(depth_read(state, fields), 6 + 3);
	assert_int_equal(fields[3], 0x2000 + 2 * 4096);
	assert_int_equal(fields[4], 3);
	assert_int_equal(fields[6], (0x1000 - 2 * 64) / 8 + 1);
	assert_int_equal(fields[8], 4096 / 8 + 1);
	/* Another run knows nothing. */
	assert_true(event_run_again(state, 100, 5));
	assert_int_equal(depth_read(state, fields), 6 + 6);
	assert_int_equal(fields[4], 0);
	thread_drop(state);
}

/* The high end of 64 KiB that nothing lies next to. */
static uintptr_t other_stack_make(void)
{
	char *space = mmap(NULL, 3 * 0x10000, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
	                   0);

	assert_ptr_not_equal(space, MAP_FAILED);
	assert_int_equal(mprotect(space + 0x10000, 0x10000, PROT_READ | PROT_WRITE), 0);
	return (uintptr_t)space + 2 * 0x10000;
}

static void knows_other_stacks(void **unused)
{
	struct thread_state *state = thread_make();
	uintptr_t high = other_stack_make(), nowhere = 0x500000000000;
	uint64_t fields[FIELDS];
	uint32_t used;

	(void)unused;
	encode(state, 0, HIGH - 0x1000, 64, 2);
	encode(state, 2, high - 0x100, 32, 2);
	assert_true(depth_is_due(state, high - 0x100));
	assert_int_equal(depth_read(state, fields), 6 + 4);
	assert_int_equal(fields[0], STACK_OTHER);
	assert_int_equal(fields[1], high);
	assert_int_equal(fields[2], 0x10000);
	assert_int_equal(fields[3], 0x100 + 32);
	assert_int_equal(fields[8], 0); /* its caller's is on another stack */
	assert_int_equal(fields[9], 32 / 8 + 1);
	depth_settle(state, high - 0x120, 1);
	assert_false(depth_is_due(state, high - 0x100));
	/* A stack that nobody knows is left out, and not asked for again. */
	encode(state, 2, nowhere, 32, 1);
	used = state->cursor.used;
	assert_true(depth_is_due(state, nowhere));
	assert_true(depth_record(state));
	depth_settle(state, nowhere, 1);
	assert_int_equal(state->cursor.used, used);
	assert_false(depth_is_due(state, nowhere));
	thread_drop(state);
}

/* Each of very many is seen, the last ones are known, and at some time there are enough. */
static void is_not_asked_for_stacks_without_end(void **unused)
{
	struct thread_state *state = thread_make();
	uint32_t due = 0;

	(void)unused;
	encode(state, 0, HIGH - 0x1000, 64, 2);
	for (uintptr_t i = 0; i < 5000; i++) {
		uintptr_t slot = 0x500000000000 + i * 0x10000;

		encode(state, 2, slot, 32, 1);
		if (!depth_is_due(state, slot) || state->cursor.used > state->cursor.depth_at)
			continue;
		due++;
		assert_true(depth_record(state));
		depth_settle(state, slot, i);
		assert_false(depth_is_due(state, slot));
	}
	assert_in_range(due, 100, OTHER_STACKS_MAX);
	thread_drop(state);
}

static void is_due_when_deeper_and_now_and_then(void **unused)
{
	struct thread_state *state = thread_make();
	uint32_t samples = 0;

	(void)unused;
	encode(state, 0, HIGH - 0x1000, 64, 2);
	assert_true(depth_is_new(state, HIGH - 0x1040));
	depth_settle(state, HIGH - 0x1040, 0);
	assert_false(depth_is_due(state, HIGH - 0x1000));
	assert_false(depth_is_due(state, HIGH - 0x1040 - 56));
	assert_true(depth_is_due(state, HIGH - 0x1040 - 64));
	depth_settle(state, LOW + 8, 0);
	assert_false(depth_is_due(state, LOW));
	for (uint32_t i = 0; i < 50000; i++) {
		encode(state, 1, HIGH - 0x1000 - 64 * (i % 3), 64, 1);
		if (!depth_is_due(state, HIGH - 0x1000))
			continue;
		samples++;
		depth_record(state);
		depth_settle(state, HIGH - 0x1000, i * 2654435761u);
	}
	assert_in_range(samples, 10, 400);
	thread_drop(state);
}

/* No room: nothing is written, nothing counts as written. */
static void gives_up_without_room(void **unused)
{
	struct thread_state *state = thread_make();
	uint64_t fields[FIELDS];
	uint32_t used;

	(void)unused;
	assert_true(depth_record(state)); /* there is no stack yet */
	encode(state, 0, HIGH - 0x1000, 64, 10);
	used = state->cursor.used;
	state->cursor.used = CHUNK_BYTES - 16;
	assert_false(depth_record(state));
	assert_int_equal(state->cursor.used, CHUNK_BYTES - 16);
	state->cursor.used = used;
	assert_int_equal(depth_read(state, fields), 6 + 10);
	assert_true(depth_bytes_max(state) >= 16);
	thread_drop(state);
}

static void writes_a_fault(void **unused)
{
	struct thread_state *state = thread_make();
	struct fault fault = { 11,       FAULT_STACK_OVERFLOW, LOW - 8,
		                   0x401234, HIGH - LOW,           FAULT_END_HANDLED };
	uint64_t fields[FIELDS];
	uint32_t at;

	(void)unused;
	fault_put(state, &fault); /* no chunk: nothing */
	encode(state, 0, HIGH - 0x1000, 64, 2);
	at = state->cursor.used;
	fault_put(state, &fault);
	assert_int_equal(record_read(state, at, CONTROL_FAULT, fields), 6);
	assert_int_equal(fields[0], 11);
	assert_int_equal(fields[1], FAULT_STACK_OVERFLOW);
	assert_int_equal(fields[2], LOW - 8);
	assert_int_equal(fields[3], 0x401234);
	assert_int_equal(fields[4], HIGH - LOW);
	assert_int_equal(fields[5], FAULT_END_HANDLED);
	thread_drop(state);
}

/* ---- touched pages ------------------------------------------------------------ */

struct touched {
	size_t stack_bytes, use_bytes;
	uint64_t expected_bytes, written_bytes;
};

__attribute__((noinline)) static uintptr_t touch(size_t size_bytes)
{
	volatile char *room = alloca(size_bytes);

	for (size_t i = 0; i < size_bytes; i += 512)
		room[i] = 1;
	return (uintptr_t)room;
}

static void *touched_thread(void *argument)
{
	struct touched *touched = argument;
	struct thread_state *state = thread_make();
	pthread_attr_t attributes;
	uint64_t fields[FIELDS];
	void *low = NULL;
	size_t bytes = 0;
	uint32_t at;

	if (pthread_getattr_np(pthread_self(), &attributes) == 0) {
		pthread_attr_getstack(&attributes, &low, &bytes);
		pthread_attr_destroy(&attributes);
	}
	state->stacks.own = (struct stack_bounds){ (uintptr_t)low, (uintptr_t)low + bytes };
	touched->expected_bytes = state->stacks.own.high - touch(touched->use_bytes);
	encode(state, 0, state->stacks.own.high - 0x1000, 64, 2);
	at = state->cursor.used;
	touched_record(state);
	record_read(state, at, CONTROL_TOUCHED, fields);
	touched->written_bytes = fields[0];
	thread_drop(state);
	return NULL;
}

/* Up to the end of the page; what TSan calls at each access has frames below it. */
#if defined(__SANITIZE_THREAD__)
#define TOUCHED_MORE 8192
#else
#define TOUCHED_MORE 4096
#endif

static void says_how_deep_the_pages_are_touched(void **unused)
{
	struct touched cases[] = { { 256 << 10, 100000, 0, 0 },
		                       { 8 << 20, 5000000, 0, 0 },
		                       { 200 << 20, 3000000, 0, 0 } };
	pthread_attr_t attributes;
	pthread_t thread;

	(void)unused;
#if defined(__SANITIZE_ADDRESS__)
	skip(); /* it touches stacks by itself */
#endif
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		pthread_attr_init(&attributes);
		pthread_attr_setstacksize(&attributes, cases[i].stack_bytes);
		assert_int_equal(
			pthread_create(&thread, &attributes, touched_thread, &cases[i]), 0);
		pthread_join(thread, NULL);
		assert_in_range(cases[i].written_bytes, cases[i].expected_bytes,
		                cases[i].expected_bytes + TOUCHED_MORE);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(says_what_was_mapped),
		cmocka_unit_test(says_who_made_a_thread),
		cmocka_unit_test(tells_each_size_once_in_a_run),
		cmocka_unit_test(knows_other_stacks),
		cmocka_unit_test(is_not_asked_for_stacks_without_end),
		cmocka_unit_test(is_due_when_deeper_and_now_and_then),
		cmocka_unit_test(gives_up_without_room),
		cmocka_unit_test(writes_a_fault),
		cmocka_unit_test(says_how_deep_the_pages_are_touched),
	};

	return cmocka_run_group_tests(tests, own_ring_set_up, own_ring_tear_down);
}
