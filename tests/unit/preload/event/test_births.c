/*
 * test_births.c - the account of a flight recorder's ring: each call path is in it once, whatever
 * threads do at the same time; a full account counts what it has no room for; weights are those
 * that the analyzer assumes.
 */
#define OWN_RING_CHUNKS 16
#include "own_ring.h"
#include "event/births.h"
#include "ring/ring.h"
#include "stack/thread_state.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define MEAN (UINT64_C(1) << 16)
#define PATHS 300
#define SLOT ((uintptr_t)0x7000)

/* A thread whose last event was on call path `number`, and what it called the allocator from. */
struct caller {
	struct thread_state state;
	struct walk_frame frames[ACCOUNT_FRAMES_MAX + 8];
	struct walk_start start;
};

static void caller_set(struct caller *caller, uint32_t number, uint32_t depth)
{
	for (uint32_t i = 0; i < depth; i++)
		caller->frames[i] = (struct walk_frame){ .slot = SLOT + (depth - i) * 64,
			                                     .return_address = 0x400000 + i * 4096 +
			                                                       number };
	caller->state.stack.frames = caller->frames;
	caller->state.stack.depth = depth;
	caller->start = (struct walk_start){
		.slot = caller->frames[depth - 1].slot,
		.return_address = caller->frames[depth - 1].return_address,
	};
	guard.state = &caller->state;
}

/* Begin a recording with an empty account in a ring of its own. */
static int begin(void **state)
{
	struct settings settings = { .ring_bytes = OWN_RING_CHUNKS * (uint64_t)CHUNK_BYTES,
		                         .policy = RING_FLIGHT,
		                         .sample_bytes = MEAN };
	static const volatile uint32_t sentinel = 1;

	(void)state;
	if (ring.header)
		ring_drop();
	recorder.session++;
	recorder.sentinel = &sentinel;
	recorder.is_recording = true;
	if (!sampling_start(MEAN, settings.ring_bytes))
		return -1;
	settings.account_blocks = sample_table_slots();
	snprintf(settings.directory, sizeof(settings.directory), "%s", own_ring_directory);
	if (!ring_create(&settings, 0) || !ring_account.header)
		return -1;
	births_start();
	return 0;
}

static int group_begin(void **state)
{
	(void)state;
	return mkdtemp(own_ring_directory) ? 0 : -1;
}

static int group_end(void **state)
{
	char path[300];

	(void)state;
	guard.state = NULL;
	for (int i = 0; i < 16; i++) {
		snprintf(path, sizeof(path), "%s/%d.%d.ring", own_ring_directory, (int)getpid(),
		         i);
		unlink(path);
	}
	return rmdir(own_ring_directory);
}

static const struct account_path *path_of(const void *block)
{
	uint32_t slot = sample_table_find((uintptr_t)block);

	return account_path_at(
		(uint32_t)(account_block_at(slot)->what >> ACCOUNT_SIZE_BITS));
}

static uint64_t blocks_alive(void)
{
	uint64_t count = 0;

	for (uint32_t i = 0; i < ring_account.block_count; i++)
		count += account_block_at(i)->what != 0;
	return count;
}

/* ---- one thread --------------------------------------------------------------------------- */

static void births_and_ends_are_counted(void **state)
{
	static struct caller caller;
	struct account_block kept;
	void *block = (void *)0x10000;
	const struct account_path *path;
	const uint64_t *frames;

	(void)state;
	guard.sp = 1;
	caller_set(&caller, 1, 3);
	births_write(&caller.start, block, 1000);
	path = path_of(block);
	frames = (const uint64_t *)(path + 1);
	assert_int_equal(path->births, 1);
	assert_int_equal(path->frame_count, 3);
	assert_int_equal(path->frames_left_out, 0);
	assert_int_equal(frames[0], caller.start.return_address);
	assert_int_equal(frames[2], 0x400001);
	assert_int_equal(
		account_block_at(sample_table_find(0x10000))->what & ACCOUNT_SIZE_MAX, 1000);
	/* the same call path again */
	births_write(&caller.start, (void *)0x20000, 2000);
	assert_ptr_equal(path_of((void *)0x20000), path);
	assert_int_equal(path->births, 2);
	assert_int_equal(blocks_alive(), 2);
	/* a realloc that fails */
	births_end(block, &kept);
	assert_int_equal(blocks_alive(), 1);
	births_resume(block, &kept);
	assert_ptr_equal(path_of(block), path);
	births_end(block, NULL);
	births_end(block, NULL);
	births_end((void *)0x20000, NULL);
	assert_int_equal(blocks_alive(), 0);
	assert_int_equal(path->births, 2);
	assert_int_equal(ring_account.header->unplaced, 0);
	/* too many frames: the inner ones are kept */
	caller_set(&caller, 2, ACCOUNT_FRAMES_MAX + 5);
	births_write(&caller.start, block, 10);
	path = path_of(block);
	assert_int_equal(path->frame_count, ACCOUNT_FRAMES_MAX);
	assert_int_equal(path->frames_left_out, 5);
	assert_int_equal(((const uint64_t *)(path + 1))[0], caller.start.return_address);
	/* an event that was lost: the thread's stack is another call's */
	caller.start.slot += 8;
	births_write(&caller.start, block, 10);
	assert_ptr_equal(path_of(block), account_path_at(ACCOUNT_PATH_OTHERS));
	assert_int_equal(account_path_at(ACCOUNT_PATH_OTHERS)->births, 1);
	guard.sp = 0;
}

/* Outside of a hook the account is left alone: the ring may be gone at any time. */
static void nothing_is_written_without_the_guard(void **state)
{
	static struct caller caller;

	(void)state;
	caller_set(&caller, 1, 3);
	births_write(&caller.start, (void *)0x10000, 1000);
	births_end((void *)0x10000, NULL);
	assert_int_equal(blocks_alive(), 1);
	assert_int_equal(sample_table_find(0x10000), SAMPLE_NONE);
}

/* New call paths until long after the account is full: one of them or the others has each birth. */
static void a_full_account_counts_the_others(void **state)
{
	static struct caller caller;
	const struct account_path *others = account_path_at(ACCOUNT_PATH_OTHERS);
	uint32_t number = 0;

	(void)state;
	guard.sp = 1;
	while (others->births < 2000) {
		caller_set(&caller, ++number, 30);
		births_write(&caller.start, (void *)0x10000, 1000);
		births_end((void *)0x10000, NULL);
		assert_true(number < 10000);
	}
	assert_true(number > 2500);
	assert_in_range(ring_account.header->paths_used, ring_account.paths_bytes / 2,
	                ring_account.paths_bytes + 4096);
	/* the first is still there */
	caller_set(&caller, 1, 30);
	births_write(&caller.start, (void *)0x10000, 1000);
	assert_int_equal(path_of((void *)0x10000)->births, 2);
	guard.sp = 0;
}

/* The program may write over all of it. */
static void overwritten_parts_are_survived(void **state)
{
	static struct caller caller;
	static const uint8_t values[] = { 0xff, 0x80, 0x07 };
	uint8_t *bytes = (uint8_t *)ring_account.header;

	(void)state;
	guard.sp = 1;
	for (size_t i = 0; i < sizeof(values); i++) {
		memset(bytes, values[i], ring_account.paths_offset + ring_account.paths_bytes);
		for (uint32_t n = 0; n < 1000; n++) {
			caller_set(&caller, n, 1 + n % 60);
			births_write(&caller.start, (void *)(0x10000 + n * 64L), 1000);
			births_end((void *)(0x10000 + n * 64L), NULL);
		}
	}
	guard.sp = 0;
}

/* ---- threads ------------------------------------------------------------------------------ */

#define THREADS 4
#define ROUNDS 20000

static void *births_make(void *argument)
{
	const uintptr_t base = (uintptr_t)argument << 32;
	struct caller *caller = calloc(1, sizeof(*caller));
	uint64_t random = base | 1;

	guard.sp = 1;
	for (int i = 0; i < ROUNDS; i++) {
		uintptr_t address;

		random = random * UINT64_C(6364136223846793005) + 1442695040888963407u;
		address = base + ((random >> 33) % 500 + 1) * 32;
		births_end((void *)address, NULL);
		caller_set(caller, (uint32_t)(random >> 50) % PATHS, 5);
		births_write(&caller->start, (void *)address, 100);
	}
	guard.sp = 0;
	guard.state = NULL;
	free(caller);
	return NULL;
}

static void threads_share_call_paths(void **state)
{
	const _Atomic uint32_t
		*slots = (const _Atomic uint32_t *)(const void *)((const char *)
	                                                          ring_account.header +
	                                                      ring_account.slots_offset);
	uint64_t births = 0, paths = 0;
	pthread_t threads[THREADS];

	(void)state;
	for (uintptr_t i = 0; i < THREADS; i++)
		assert_int_equal(
			pthread_create(&threads[i], NULL, births_make, (void *)(i + 1)), 0);
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
	for (uint32_t i = 0; i < ring_account.slot_count; i++) {
		if (slots[i]) {
			births += account_path_at(slots[i])->births;
			paths++;
		}
	}
	assert_int_equal(paths, PATHS);
	assert_int_equal(births, THREADS * ROUNDS);
	assert_int_equal(account_path_at(ACCOUNT_PATH_OTHERS)->births, 0);
	assert_int_equal(blocks_alive(), THREADS * 500);
	assert_int_equal(ring_account.header->unplaced, 0);
}

/* ---- weights ------------------------------------------------------------------------------ */

static const uint64_t sizes[] = { 1,       16,      100,      4096,   65536,
	                              1 << 20, 3 << 20, 40 << 20, 1 << 30 };
static const uint64_t means[] = { 4096, 65536, ACCOUNT_SAMPLE_BYTES, SAMPLE_BYTES_MAX };

/* 1 / (1 - exp(-size / mean)) */
static const double weights[][4] = {
	{ 4096.50002035, 65536.5000013, 524288.5, 1073741824.5 },
	{ 256.500325521, 4096.50002035, 32768.5000025, 67108864.5 },
	{ 41.462034485, 655.860127157, 5243.38001589, 10737418.74 },
	{ 1.58197670687, 16.5052079943, 128.500651041, 262144.5 },
	{ 1.00000011254, 1.58197670687, 8.510413955, 16384.5000051 },
	{ 1, 1.00000011254, 1.15651764275, 1024.50008138 },
	{ 1, 1, 1.00248491166, 341.833577474 },
	{ 1, 1, 1, 26.1032551256 },
	{ 1, 1, 1, 1.58197670687 },
};

static void weights_are_inverse_probabilities(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		for (size_t n = 0; n < sizeof(means) / sizeof(*means); n++) {
			double weight = (double)sampling_weight(sizes[i], means[n]) / 65536;
			double part = weight / weights[i][n];

			if (part < 1 - 2e-5 || part > 1 + 2e-5)
				fail_msg("%lu of %lu: %.9g is not %.9g", (unsigned long)sizes[i],
				         (unsigned long)means[n], weight, weights[i][n]);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(births_and_ends_are_counted, begin),
		cmocka_unit_test_setup(nothing_is_written_without_the_guard, begin),
		cmocka_unit_test_setup(a_full_account_counts_the_others, begin),
		cmocka_unit_test_setup(overwritten_parts_are_survived, begin),
		cmocka_unit_test_setup(threads_share_call_paths, begin),
		cmocka_unit_test(weights_are_inverse_probabilities),
	};

	return cmocka_run_group_tests(tests, group_begin, group_end);
}
