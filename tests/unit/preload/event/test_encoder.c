/*
 * test_encoder.c - the encoder writes the bytes that FORMAT.md explains.
 */
#include "own_ring.h"
#include "event/encoder.h"
#include "system/guard.h"
#include "ring/ring.h"
#include "system/system.h"

#include <stdarg.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#define EXAMPLE_BYTES_MAX 512

static struct thread_state *thread_make(uint32_t serial)
{
	struct thread_state *state = calloc(1, sizeof(*state));

	state->stack.frames = calloc(20000, sizeof(*state->stack.frames));
	state->stack.capacity = 20000;
	state->serial = serial;
	state->tid = 4711;
	return state;
}

static void thread_drop(struct thread_state *state)
{
	free(state->stack.frames);
	free(state);
}

static void encode(struct thread_state *state, const struct event *event, uint32_t keep,
                   const uintptr_t *pushed, uint32_t count)
{
	struct walk_frame *frames = state->stack.frames + state->stack.capacity - count;
	struct walk_result walk = { .keep = keep, .pushed = count, .frames = frames };

	for (uint32_t i = 0; i < count; i++)
		frames[i] = (struct walk_frame){ .return_address = pushed[i] };
	assert_true(event_encode(state, event, &walk));
	frames_apply(state, &walk);
}

/* The lines of FORMAT.md between the two fences, as bytes. */
static size_t example_read(uint8_t *bytes)
{
	FILE *file = fopen("include/FORMAT.md", "r");
	char line[200];
	size_t count = 0;
	bool inside = false;

	assert_non_null(file);
	while (fgets(line, sizeof(line), file)) {
		unsigned int byte;
		char *at = line;
		int used;

		if (strstr(line, "```hex"))
			inside = true;
		else if (strstr(line, "```"))
			inside = false;
		else if (inside && sscanf(line, "%*x%n", &used) == 0)
			for (at += 6; sscanf(at, " %2x%n", &byte, &used) == 1; at += used) {
				if (at - line > 6 + 3 * 16 - 1)
					break;
				assert_true(count < EXAMPLE_BYTES_MAX);
				bytes[count++] = (uint8_t)byte;
			}
	}
	fclose(file);
	return count;
}

static void dump(const uint8_t *bytes, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (i % 16 == 0)
			printf("\n%04zx  ", i + sizeof(struct chunk_header));
		printf(" %02x", bytes[i]);
	}
	printf("\n");
}

/* The worked example of FORMAT.md, word for word. */
static void writes_the_worked_example(void **unused)
{
	static const uintptr_t first[] = { 0x401136, 0x40115c }, second[] = { 0x401171 };
	struct thread_state *state = thread_make(1);
	uint8_t expected[EXAMPLE_BYTES_MAX];
	size_t count = example_read(expected);
	const uint8_t *bytes;

	(void)unused;
	prctl(PR_SET_NAME, "worked");
	encode(state,
	       &(struct event){
			   .op = OP_MALLOC, .time = 1000, .address = 0x4052a0, .size_bytes = 100 },
	       0, first, 2);
	encode(state, &(struct event){ .op = OP_FREE, .time = 1004, .address = 0x4052a0 },
	       1, second, 1);
	encode(state,
	       &(struct event){
			   .op = OP_MALLOC, .time = 1007, .address = 0x4052a0, .size_bytes = 100 },
	       1, first + 1, 1);
	encode(state,
	       &(struct event){ .op = OP_REALLOC,
	                        .time = 1010,
	                        .time_end = 1012,
	                        .old_address = 0x4052a0,
	                        .address = 0x405310,
	                        .size_bytes = 300 },
	       1, second, 1);
	bytes = (const uint8_t *)state->cursor.chunk + sizeof(struct chunk_header);
	if (count != state->cursor.used - sizeof(struct chunk_header) ||
	    memcmp(bytes, expected, count) != 0)
		dump(bytes, state->cursor.used - sizeof(struct chunk_header));
	assert_int_equal(count, state->cursor.used - sizeof(struct chunk_header));
	assert_memory_equal(bytes, expected, count);
	assert_int_equal(COMMIT_EVENTS(state->cursor.chunk->commit), 4);
	assert_int_equal(COMMIT_BYTES(state->cursor.chunk->commit), state->cursor.used);
	thread_drop(state);
}

/* A chunk never holds a byte past its end, and counts what it holds. */
static void fills_chunks_to_the_end_and_no_further(void **unused)
{
	struct thread_state *state = thread_make(2);
	uintptr_t frames[40];
	uint64_t events = 0;

	(void)unused;
	srand(1);
	for (int i = 0; i < 200000; i++) {
		uint32_t keep = state->stack.depth ? (uint32_t)rand() % (state->stack.depth + 1)
		                                   : 0;
		uint32_t pushed = (uint32_t)rand() % 40;

		for (uint32_t j = 0; j < pushed; j++)
			frames[j] = 0x400000 + (uintptr_t)(rand() % 5000) * 7;
		if (keep + pushed > 300)
			keep = 0;
		encode(state,
		       &(struct event){ .op = OP_MALLOC,
		                        .time = (uint64_t)i,
		                        .address = 0x500000 + (uintptr_t)rand() % 4096 * 16,
		                        .size_bytes = (uint64_t)rand() % 5000 },
		       keep, frames, pushed);
		events++;
		assert_in_range(state->cursor.used, sizeof(struct chunk_header), CHUNK_BYTES);
		assert_int_equal(state->stack.depth, keep + pushed);
	}
	assert_int_equal(state->cursor.events, events);
	thread_drop(state);
}

/* A stack that no chunk can hold loses its outer end, and says so. */
static void cuts_a_stack_no_chunk_can_hold(void **unused)
{
	struct thread_state *state = thread_make(3);
	struct walk_result walk = { .pushed = STACK_DEPTH_MAX,
		                        .frames = state->stack.frames + 20000 -
		                                  STACK_DEPTH_MAX };

	(void)unused;
	srand(2);
	for (uint32_t i = 20000 - STACK_DEPTH_MAX; i < 20000; i++)
		state->stack.frames[i].return_address = ((uintptr_t)rand() << 16 ^
		                                         (uintptr_t)rand()) &
		                                        0x7fffffffffff;
	assert_true(event_encode(
		state,
		&(struct event){ .op = OP_MALLOC, .time = 1, .address = 64, .size_bytes = 1 },
		&walk));
	assert_true(walk.cut);
	assert_int_equal(walk.pushed, STACK_DEPTH_CUT);
	frames_apply(state, &walk);
	assert_int_equal(state->stack.depth, STACK_DEPTH_CUT);
	thread_drop(state);
}

/* Where the walk went no further, a gap is written after the event, and again in the next run. */
static void tells_gaps(void **unused)
{
	static const uintptr_t outer[] = { 0x401136, 0x40115c };
	static const uint8_t gap[] = { 0x47, 1, 1 };
	struct event event = {
		.op = OP_MALLOC, .time = 1, .address = 0x4052a0, .size_bytes = 100
	};
	struct thread_state *state = thread_make(7);
	struct walk_frame *frame = state->stack.frames + state->stack.capacity - 1;
	struct walk_result walk = { .keep = 1, .pushed = 1, .frames = frame, .cut = true };
	const uint8_t *bytes;

	(void)unused;
	encode(state, &event, 0, outer, 2);
	*frame = (struct walk_frame){ .return_address = 0x401234, .flags = FRAME_CUT };
	assert_true(event_encode(state, &event, &walk));
	frames_apply(state, &walk);
	bytes = (const uint8_t *)state->cursor.chunk;
	assert_memory_equal(bytes + state->cursor.used - sizeof(gap), gap, sizeof(gap));
	assert_true(event_run_again(state, 0, 2));
	bytes = (const uint8_t *)state->cursor.chunk;
	assert_memory_equal(bytes + state->cursor.used - sizeof(gap), gap, sizeof(gap));
	encode(state, &event, 2, outer, 1);
	bytes = (const uint8_t *)state->cursor.chunk;
	assert_memory_not_equal(bytes + state->cursor.used - sizeof(gap), gap, sizeof(gap));
	thread_drop(state);
}

/* A word that no frame code can carry is refused, and the thread goes on. */
static void refuses_what_a_reader_would_not_take(void **unused)
{
	static const uintptr_t odd[] = { 0x401136, (uintptr_t)1 << 48 | 0x401136,
		                             0x40115c };
	const struct event event = {
		.op = OP_MALLOC, .time = 1, .address = 0x4052a0, .size_bytes = 100
	};
	struct thread_state *state = thread_make(4);
	struct walk_result walk = { .frames = state->stack.frames + 19997, .pushed = 3 };
	uint64_t lost = ring.header->lost[LOST_TOO_BIG];
	struct event nowhere = event;

	(void)unused;
	encode(state, &event, 0, odd, 1);
	for (uint32_t i = 0; i < 3; i++)
		state->stack.frames[19997 + i].return_address = odd[i];
	assert_false(event_encode(state, &event, &walk));
	nowhere.address = 0;
	walk.pushed = 1;
	assert_false(event_encode(state, &nowhere, &walk));
	nowhere.op = OP_REALLOC;
	assert_false(event_encode(state, &nowhere, &walk));
	assert_int_equal(ring.header->lost[LOST_TOO_BIG], lost + 3);
	assert_int_equal(COMMIT_EVENTS(state->cursor.chunk->commit), 1);
	thread_drop(state);
}

/* What was freed at 0 was never allocated, though empty entries of the table look so. */
static void frees_of_nothing_name_no_block(void **unused)
{
	static const uintptr_t frame = 0x401136;
	struct thread_state *state = thread_make(5);
	const uint8_t *bytes;

	(void)unused;
	encode(state, &(struct event){ .op = OP_FREE, .time = 5 }, 0, &frame, 1);
	bytes = (const uint8_t *)state->cursor.chunk + sizeof(struct chunk_header) + 1 +
	        sizeof(struct run_record);
	assert_int_equal(TAG_OP(*bytes), OP_FREE);
	assert_false(*bytes & TAG_ADDRESS_PREDICTED);
	thread_drop(state);
}

/* The clock of another processor may be behind. */
static void a_realloc_never_ends_before_it_began(void **unused)
{
	static const uintptr_t frame = 0x401136;
	struct thread_state *state = thread_make(6);
	uint32_t begin;

	(void)unused;
	encode(
		state,
		&(struct event){ .op = OP_MALLOC, .time = 5, .address = 64, .size_bytes = 8 },
		0, &frame, 1);
	begin = state->cursor.used;
	encode(state,
	       &(struct event){ .op = OP_REALLOC,
	                        .time = 9,
	                        .time_end = 7,
	                        .old_address = 64,
	                        .address = 64,
	                        .size_bytes = 9 },
	       0, &frame, 1);
	/* tag, shape, time, mask, index, flags, duration, distance, size */
	assert_in_range(state->cursor.used - begin, 9, 11);
	assert_int_equal(((const uint8_t *)state->cursor.chunk)[state->cursor.used - 3], 0);
	thread_drop(state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_the_worked_example),
		cmocka_unit_test(fills_chunks_to_the_end_and_no_further),
		cmocka_unit_test(cuts_a_stack_no_chunk_can_hold),
		cmocka_unit_test(tells_gaps),
		cmocka_unit_test(refuses_what_a_reader_would_not_take),
		cmocka_unit_test(frees_of_nothing_name_no_block),
		cmocka_unit_test(a_realloc_never_ends_before_it_began),
	};

	return cmocka_run_group_tests(tests, own_ring_set_up, own_ring_tear_down);
}
