/*
 * test_snapshotter.c - snapshots and readings of sizes are taken of living processes, which grow,
 * end, and become others; and how often.
 */
#include "record/pace.h"
#include "record/snapshotter.h"
#include "segments/size_history.h"
#include "segments_fixture.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

/* ---- snapshots ---- */

/* A process under a sanitizer is so large that one snapshot takes a second's share. */
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
#define SNAPSHOTS_LEAST 1
#define HAS_GROWN 0
#else
#define SNAPSHOTS_LEAST 2
#define HAS_GROWN SEGMENTS_PEAK
#endif

static int
	act_over[2]; /* the child closes its end when it has done what it was to do */

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 * MS + (uint64_t)now.tv_nsec;
}

/* Shared with the child, if it is there: how long it grew. */
static uint64_t *growing_ns;

/* 8 MiB more after 300 ms. */
static void grow_later(void)
{
	uint64_t begun_ns;

	wait_ms(300);
	begun_ns = now_ns();
	memory_touch(8);
	if (growing_ns)
		*growing_ns = now_ns() - begun_ns;
	close(act_over[1]);
}

static pid_t gated_start(const char *ring, void (*act)(void))
{
	pid_t child;

	assert_int_equal(pipe2(act_over, O_CLOEXEC), 0);
	child = child_start(ring, act);
	close(act_over[1]);
	return child;
}

/* Or it has become another. */
static void act_await(void)
{
	char none;

	assert_int_equal(read(act_over[0], &none, 1), 0);
	close(act_over[0]);
}

/* All that was taken; their reasons or'ed. */
static size_t take_all(struct snapshotter *snapshotter, uint32_t *reasons,
                       uint64_t *most, uint32_t *last)
{
	struct segment_packet *packet;
	struct segment_snapshot snapshot;
	struct error error;
	size_t count = 0;

	*reasons = *last = 0;
	*most = 0;
	while ((packet = snapshotter_take(snapshotter))) {
		if (packet->type != BLOCK_SEGMENTS) {
			segment_packet_free(packet);
			continue;
		}
		assert_int_equal(
			segment_snapshot_load(&snapshot, packet->payload, packet->bytes, &error),
			0);
		*reasons |= snapshot.reasons;
		*last = snapshot.reasons;
		*most = snapshot.total.rss > *most ? snapshot.total.rss : *most;
		segment_snapshot_release(&snapshot);
		segment_packet_free(packet);
		count++;
	}
	return count;
}

static void takes_snapshots_of_a_process(void **state)
{
	uint64_t begun_ns = now_ns(), most, growths;
	struct snapshotter *snapshotter;
	uint32_t reasons, last;
	struct error error;
	size_t count;
	pid_t child;

	(void)state;
	growing_ns = mmap(NULL, sizeof(*growing_ns), PROT_READ | PROT_WRITE,
	                  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_true(growing_ns != MAP_FAILED);
	child = gated_start("test.1.ring", grow_later);
	snapshotter = snapshotter_new(1000 * MS, &error);
	assert_non_null(snapshotter);
	snapshotter_add(snapshotter, 3, child, "test.1.ring", true);
	act_await();
	wait_ms(500);
	child_end(child);
	snapshotter_remove(snapshotter, 3);
	count = take_all(snapshotter, &reasons, &most, &last);
	/* one because it has grown; on a busy machine it grows for long, and they are apart */
	growths = 1 + *growing_ns / SNAPSHOTS_APART_NS;
	/* the first; and one every second */
	assert_in_range(count, SNAPSHOTS_LEAST,
	                2 + growths + (now_ns() - begun_ns) / (1000 * MS));
	assert_int_equal(reasons & (SEGMENTS_FIRST | SEGMENTS_EXEC | HAS_GROWN),
	                 SEGMENTS_FIRST | SEGMENTS_EXEC | HAS_GROWN);
	assert_true(last & SEGMENTS_LAST);
	assert_true(most > 8 << 20 || !HAS_GROWN);
	snapshotter_free(snapshotter);
	munmap(growing_ns, sizeof(*growing_ns));
	growing_ns = NULL;
}

/* By exec it became another, or the pid is another's by now. */
static void no_ring_no_snapshot(void **state)
{
	pid_t child = child_start("test.2.ring", grow_later);
	struct snapshotter *snapshotter;
	uint32_t reasons, last;
	struct error error;
	uint64_t most;

	(void)state;
	snapshotter = snapshotter_new(20 * MS, &error);
	snapshotter_add(snapshotter, 0, child, "test.3.ring", false);
	snapshotter_add(snapshotter, 1, 3999999, "test.4.ring", false);
	wait_ms(200);
	snapshotter_remove(snapshotter, 0);
	snapshotter_remove(snapshotter, 1);
	snapshotter_remove(snapshotter, 2);
	assert_int_equal(take_all(snapshotter, &reasons, &most, &last), 0);
	child_end(child);
	snapshotter_free(snapshotter);
}

/*
 * Ended in the middle of snapshots, removed in the middle, added again: nothing is lost. On a busy
 * machine many end before their turn comes: then there are more, and they live longer and longer.
 */
static void comes_and_goes(void **state)
{
	enum { MANY = 40, MOST = 2000 };
	struct snapshotter *snapshotter;
	uint32_t reasons, last;
	struct error error;
	pid_t children[4];
	size_t looks = 0, i;
	uint64_t most;

	(void)state;
	snapshotter = snapshotter_new(10 * MS, &error);
	for (i = 0; i < MANY || (looks < SNAPSHOTS_LEAST && i < MOST); i++) {
		if (i >= 4) {
			child_end(children[i % 4]);
			snapshotter_remove(snapshotter, (uint32_t)i - 4);
		}
		children[i % 4] = child_start("test.5.ring", grow_later);
		snapshotter_add(snapshotter, (uint32_t)i, children[i % 4], "test.5.ring",
		                false);
		wait_ms((unsigned)(i % 7 * (1 + i / 100)));
		if (i >= MANY)
			looks += take_all(snapshotter, &reasons, &most, &last);
	}
	for (i = 0; i < 4; i++)
		child_end(children[i]);
	looks += take_all(snapshotter, &reasons, &most, &last);
	assert_true(looks >= SNAPSHOTS_LEAST);
	snapshotter_free(snapshotter);
}

/* ---- how often ---- */

static void pace_is_kept_for_hundreds(void **state)
{
	struct size_pace pace = size_pace_of(100 * MS);

	(void)state;
	pace.reading_ns = 3000;
	size_pace_set(&pace, 1);
	assert_int_equal(pace.regular_ns, 100 * MS);
	assert_int_equal(pace.apart_ns, 20 * MS);
	assert_int_equal(size_pace_next(&pace, 1001 * MS), 1020 * MS);
	size_pace_set(&pace, 300);
	assert_int_equal(pace.regular_ns, 100 * MS);
	assert_int_equal(pace.apart_ns, 100 * MS);
	size_pace_set(&pace, 1000);
	assert_in_range(pace.regular_ns, 300 * MS, 326 * MS);
	pace = size_pace_of(10 * MS);
	assert_int_equal(size_pace_next(&pace, 1001 * MS), 1010 * MS);
}

/* ---- of processes that live ---- */

/* A sanitizer's shadow is resident as well, and what is read takes longer. */
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
#define GROWN_MOST (500 * MIB)
#else
#define GROWN_MOST (52 * MIB)
#endif

static void use_mib(size_t mib, unsigned ms)
{
	char *memory = mmap(NULL, mib * MIB, PROT_READ | PROT_WRITE,
	                    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	memset(memory, 1, mib * MIB);
	wait_ms(ms);
	munmap(memory, mib * MIB);
}

struct seen {
	uint64_t least, most, last, longest_ns, every_ns;
	size_t batches, readings;
	uint64_t kept_waiting_ns; /* for a processor, in all */
};

/* All sizes of one process that were taken. */
static struct seen take_sizes(struct snapshotter *snapshotter, uint32_t process)
{
	struct seen seen = { .least = UINT64_MAX };
	struct segment_packet *packet;
	struct sizes_entry entry;
	struct sizes_batch batch;
	struct error error;
	size_t i;

	while ((packet = snapshotter_take(snapshotter))) {
		if (packet->type == BLOCK_SIZES && packet->process == process) {
			assert_int_equal(
				sizes_batch_load(&batch, packet->payload, packet->bytes, 0, &error), 0);
			for (i = 0; i < batch.count; i++) {
				entry = sizes_batch_entry(packet->payload, i);
				seen.least = entry.resident < seen.least ? entry.resident : seen.least;
				seen.most = entry.resident > seen.most ? entry.resident : seen.most;
				seen.last = entry.resident;
			}
			seen.batches++;
			seen.readings += batch.readings;
			seen.every_ns = batch.every_ns;
			if (batch.longest_ns > seen.longest_ns)
				seen.longest_ns = batch.longest_ns;
		}
		segment_packet_free(packet);
	}
	return seen;
}

/* The sum of a number that the other threads of this process have in such a line of a file. */
static unsigned long of_other_threads(const char *name, const char *format)
{
	DIR *tasks = opendir("/proc/self/task");
	struct dirent *task;
	char path[PATH_MAX], line[256];
	unsigned long sum = 0, one;
	FILE *file;

	assert_non_null(tasks);
	while ((task = readdir(tasks))) {
		if (*task->d_name == '.' || atoi(task->d_name) == getpid())
			continue;
		snprintf(path, sizeof(path), "/proc/self/task/%s/%s", task->d_name, name);
		file = fopen(path, "r");
		while (file && fgets(line, sizeof(line), file)) {
			if (sscanf(line, format, &one) == 1)
				sum += one;
		}
		if (file)
			fclose(file);
	}
	closedir(tasks);
	return sum;
}

static void rise_shortly(void)
{
	wait_ms(330);
	use_mib(50, 60);
	close(act_over[1]);
}

static struct snapshotter *snapshotter_of(unsigned every_ms)
{
	struct error error;
	struct snapshotter *snapshotter = snapshotter_new(every_ms * MS, &error);

	assert_non_null(snapshotter);
	return snapshotter;
}

/* What was seen of one that rises shortly. */
static struct seen snapshot_at_rise(void)
{
	struct snapshotter *snapshotter = snapshotter_of(60000);
	struct seen seen;
	pid_t child = gated_start("test.6.ring", rise_shortly);

	snapshotter_add(snapshotter, 3, child, "test.6.ring", false);
	act_await();
	wait_ms(300);
	child_end(child);
	snapshotter_remove(snapshotter, 3);
	seen = take_sizes(snapshotter, 3);
	seen.kept_waiting_ns = of_other_threads("schedstat", "%*u %lu");
	snapshotter_free(snapshotter);
	return seen;
}

static bool has_risen_and_fallen(const struct seen *seen)
{
	return seen->batches && seen->most >= seen->least + 45 * MIB &&
	       seen->last < seen->most - 40 * MIB;
}

/*
 * Looked at once a minute; 50 MiB for 60 ms are seen all the same. Once more where others had
 * the processors when a reading was due.
 */
static void sees_a_short_peak(void **state)
{
	struct seen seen = snapshot_at_rise();

	(void)state;
	for (int i = 0; i < 20 && !has_risen_and_fallen(&seen); i++) {
		assert_true(seen.kept_waiting_ns > 20 * MS);
		seen = snapshot_at_rise();
	}
	assert_true(seen.batches >= 1);
	assert_in_range(seen.most, seen.least + 45 * MIB, seen.least + GROWN_MOST);
	assert_true(seen.last < seen.most - 40 * MIB);
}

static void become_another(void)
{
	wait_ms(200);
	execlp("sleep", "sleep", "5", (char *)NULL);
	_exit(1);
}

/* What it is after exec is not reported as if it were before. */
static void ends_with_exec(void **state)
{
	struct snapshotter *snapshotter = snapshotter_of(100);
	uint64_t begun_ns = now_ns(), exec_ns;
	pid_t child = gated_start("test.7.ring", become_another);
	struct seen seen;

	(void)state;
	snapshotter_add(snapshotter, 3, child, "test.7.ring", false);
	act_await();
	exec_ns = now_ns() - begun_ns;
	wait_ms(500);
	snapshotter_remove(snapshotter, 3);
	seen = take_sizes(snapshotter, 3);
	child_end(child);
	/* where it took 200 ms, of 7 there would have been */
	assert_in_range(seen.readings, 2, exec_ns / (100 * MS) + 2);
	snapshotter_free(snapshotter);
}

/* It never had that ring: another process has got its pid. */
static void who_has_no_ring_is_another(void **state)
{
	pid_t child = child_start("test.8.ring", rise_shortly);
	struct snapshotter *snapshotter = snapshotter_of(20);

	(void)state;
	snapshotter_add(snapshotter, 0, child, "test.9.ring", false);
	wait_ms(300);
	snapshotter_remove(snapshotter, 0);
	assert_int_equal(take_sizes(snapshotter, 0).batches, 0);
	child_end(child);
	snapshotter_free(snapshotter);
}

static void rest(void)
{
}

/* None of many is left out. */
static void sees_hundreds(void **state)
{
	enum { MANY = 300 };
	struct snapshotter *snapshotter = snapshotter_of(100);
	pid_t children[MANY];
	struct segment_packet *packet;
	struct sizes_batch batch;
	size_t readings[MANY] = { 0 }, most = 0, i;

	(void)state;
	/* All are there for the same time, however long it takes to start and end them. */
	for (i = 0; i < MANY; i++)
		children[i] = child_start("test.10.ring", rest);
	for (i = 0; i < MANY; i++)
		snapshotter_add(snapshotter, (uint32_t)i, children[i], "test.10.ring", false);
	wait_ms(1500);
	for (i = 0; i < MANY; i++)
		snapshotter_remove(snapshotter, (uint32_t)i);
	for (i = 0; i < MANY; i++)
		child_end(children[i]);
	while ((packet = snapshotter_take(snapshotter))) {
		if (packet->type == BLOCK_SIZES) {
			memcpy(&batch, packet->payload, sizeof(batch));
			readings[packet->process] += batch.readings;
		}
		segment_packet_free(packet);
	}
	for (i = 0; i < MANY; i++)
		most = readings[i] > most ? readings[i] : most;
	/* How often depends on the machine; but all alike. */
	for (i = 0; i < MANY; i++)
		assert_in_range(readings[i], most / 3 > 2 ? most / 3 : 2, most);
	snapshotter_free(snapshotter);
}

/* How often the other threads of this process have slept. */
static unsigned long sleeps(void)
{
	return of_other_threads("status", "voluntary_ctxt_switches: %lu");
}

/* Nobody is woken for each of a thousand processes a second: that cost more than the snapshots. */
static void short_ones_wake_nobody(void **state)
{
	enum { MANY = 500 };
	struct snapshotter *snapshotter = snapshotter_of(100);
	pid_t child = child_start("test.11.ring", rest);
	struct segment_packet *packet;
	unsigned long before = 0;
	uint64_t begun_ns = 0;
	uint32_t i;

	(void)state;
	for (i = 0; i < 2 * MANY; i++) {
		if (i == MANY) { /* the first ones may be looked at: that is saved for */
			before = sleeps();
			begun_ns = now_ns();
		}
		snapshotter_add(snapshotter, i, child, "test.11.ring", false);
		wait_ms(1);
		snapshotter_remove(snapshotter, i);
	}
	/* Every 20 ms there may be a reading, however long all this takes. */
	assert_in_range(sleeps() - before, 0, MANY / 2 + (now_ns() - begun_ns) / (20 * MS));
	child_end(child);
	while ((packet = snapshotter_take(snapshotter)))
		segment_packet_free(packet);
	snapshotter_free(snapshotter);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_snapshots_of_a_process),
		cmocka_unit_test(no_ring_no_snapshot),
		cmocka_unit_test(comes_and_goes),
		cmocka_unit_test(pace_is_kept_for_hundreds),
		cmocka_unit_test(sees_a_short_peak),
		cmocka_unit_test(ends_with_exec),
		cmocka_unit_test(who_has_no_ring_is_another),
		cmocka_unit_test(sees_hundreds),
		cmocka_unit_test(short_ones_wake_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
