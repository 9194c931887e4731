/*
 * test_drain.c - rings of living, dead and lying processes, on their way to the trace.
 * Long, because every way to end, lie or fill the disk is a case.
 */
#include "record/drain.h"
#include "fake_ring.h"

#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <zstd.h>

#include <cmocka.h>

#define NOBODY_PID 3999999 /* no process has it: pids end below on a usual machine */

struct bench {
	char directory[64], trace[80];
	struct session session;
	struct trace_writer writer;
	struct kept_files *kept;
	struct drain *drain;
};

static void drain_begin(struct bench *bench, bool is_flight)
{
	struct drain_settings settings = { .session = &bench->session,
		                               .writer = &bench->writer,
		                               .is_flight = is_flight };
	struct error error;
	int file;

	strcpy(bench->directory, "/tmp/outlive-test-drain-XXXXXX");
	assert_non_null(mkdtemp(bench->directory));
	snprintf(bench->trace, sizeof(bench->trace), "%s/.trace", bench->directory);
	strcpy(bench->session.directory, bench->directory);
	bench->session.descriptor = open(bench->directory, O_RDONLY | O_DIRECTORY);
	bench->session.number = FAKE_SESSION;
	file = open(bench->trace, O_RDWR | O_CREAT, 0600);
	assert_int_equal(
		trace_writer_open(&bench->writer, file, bench->trace, FAKE_SESSION, &error), 0);
	settings.kept = bench->kept = kept_files_new();
	bench->drain = drain_new(&settings, &error);
	assert_non_null(bench->drain);
}

static void drain_end(struct bench *bench)
{
	char command[128];

	drain_free(bench->drain);
	kept_files_free(bench->kept);
	trace_writer_close(&bench->writer, NULL);
	close(bench->session.descriptor);
	snprintf(command, sizeof(command), "rm -rf %s", bench->directory);
	assert_int_equal(system(command), 0);
}

static void step(struct bench *bench)
{
	struct error error;
	int i;

	for (i = 0; i < 3; i++)
		assert_true(drain_step(bench->drain, &error) >= 0);
}

/* A child that lives until it is asked to end. */
static pid_t child_begin(void)
{
	pid_t pid = fork();

	if (pid == 0) {
		for (;;)
			pause();
	}
	return pid;
}

/* A ring, and a process that has it mapped. */
static pid_t child_ring_make(struct fake_ring *ring, const char *directory)
{
	pid_t pid;

	fake_ring_make(ring, directory, (uint32_t)getpid(), 0);
	pid = child_begin();
	ring->header->pid = (uint32_t)pid;
	return pid;
}

static void child_end(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

/* ---- what the trace holds ---- */

struct found {
	unsigned processes, chunks;
	uint64_t tickets[4096];
	uint64_t events;
	uint32_t bytes[4096];
	struct ring_header last_process;
};

static void chunk_check(const uint8_t *raw, const struct trace_block *block)
{
	struct chunk_header header;
	size_t at;

	memcpy(&header, raw, sizeof(header));
	assert_int_equal(header.ticket, block->ticket);
	assert_int_equal(header.time_first, block->time_first);
	assert_int_equal(COMMIT_EVENTS(header.commit), block->events);
	assert_int_equal(COMMIT_BYTES(header.commit), block->raw_bytes);
	for (at = sizeof(header); at < block->raw_bytes; at++)
		assert_int_equal(raw[at], fake_byte(header.ticket, at));
}

static void trace_read(struct bench *bench, struct found *found)
{
	size_t at = sizeof(struct trace_header), bytes = bench->writer.offset;
	uint8_t *data = malloc(bytes), *raw = malloc(CHUNK_BYTES);
	struct trace_block block;

	memset(found, 0, sizeof(*found));
	assert_int_equal(pread(bench->writer.descriptor, data, bytes, 0), bytes);
	for (; at < bytes; at += sizeof(block) + block.stored_bytes) {
		memcpy(&block, data + at, sizeof(block));
		assert_true(block.raw_bytes <= CHUNK_BYTES);
		assert_int_equal(ZSTD_decompress(raw, CHUNK_BYTES, data + at + sizeof(block),
		                                 block.stored_bytes),
		                 block.raw_bytes);
		if (block.type == BLOCK_PROCESS) {
			found->processes++;
			memcpy(&found->last_process, raw, sizeof(found->last_process));
			continue;
		}
		assert_int_equal(block.type, BLOCK_CHUNK);
		assert_true(found->chunks < 4096);
		chunk_check(raw, &block);
		found->tickets[found->chunks] = block.ticket;
		found->bytes[found->chunks++] = (uint32_t)block.raw_bytes;
		found->events += block.events;
	}
	free(data);
	free(raw);
}

/* ---- living processes ---- */

static void full_chunks_are_taken_and_given_back(void **state)
{
	struct bench bench;
	struct fake_ring ring;
	struct found found;

	(void)state;
	drain_begin(&bench, false);
	fake_ring_make(&ring, bench.directory, (uint32_t)getpid(), 0);
	fake_chunk_fill(&ring, 0, 2, CHUNK_FULL, CHUNK_KIND_EVENTS, 60000, 500);
	fake_chunk_fill(&ring, 1, 1, CHUNK_FULL, CHUNK_KIND_EVENTS, CHUNK_BYTES, 600);
	fake_chunk_fill(&ring, 2, 3, CHUNK_OWNED, CHUNK_KIND_EVENTS, 1000, 10);
	fake_chunk_fill(&ring, 3, 4, CHUNK_PARKED, CHUNK_KIND_EVENTS, 1000, 10);
	step(&bench);
	assert_int_equal(fake_state(&ring, 0), CHUNK_FREE);
	assert_int_equal(fake_state(&ring, 1), CHUNK_FREE);
	assert_int_equal(fake_state(&ring, 2), CHUNK_OWNED);
	assert_int_equal(fake_state(&ring, 3), CHUNK_PARKED);
	trace_read(&bench, &found);
	assert_int_equal(found.processes, 1);
	assert_int_equal(found.chunks, 2);
	assert_int_equal(found.tickets[0], 1);
	assert_int_equal(found.tickets[1], 2);
	assert_int_equal(drain_live_count(bench.drain), 1);
	assert_int_equal(access(ring.path, F_OK), 0);
	fake_ring_release(&ring);
	drain_end(&bench);
}

static void writers_are_reported_that_we_live(void **state)
{
	struct bench bench;
	struct fake_ring ring;
	uint64_t first_ns;

	(void)state;
	drain_begin(&bench, false);
	fake_ring_make(&ring, bench.directory, (uint32_t)getpid(), 0);
	ring.header->policy = RING_FLIGHT; /* a writer had given us up */
	step(&bench);
	assert_int_equal(ring.header->reader_pid, getpid());
	assert_int_equal(ring.header->policy, RING_DRAIN);
	first_ns = ring.header->reader_beat_ns;
	assert_true(first_ns > 0);
	usleep(20000);
	step(&bench);
	assert_true(ring.header->reader_beat_ns >= first_ns + 20000000);
	fake_ring_release(&ring);
	drain_end(&bench);
}

/* The definitions grow: the newest copy has all, and none is lost at the end. */
static void definitions_are_copied_again(void **state)
{
	struct bench bench;
	struct fake_ring ring;
	struct found found;
	struct error error;

	(void)state;
	drain_begin(&bench, false);
	fake_ring_make(&ring, bench.directory, (uint32_t)getpid(), 0);
	fake_chunk_fill(&ring, 0, 1, CHUNK_DEFINITIONS, CHUNK_KIND_DEFINITIONS, 500, 0);
	step(&bench);
	fake_chunk_fill(&ring, 0, 1, CHUNK_DEFINITIONS, CHUNK_KIND_DEFINITIONS, 900, 0);
	step(&bench);
	assert_int_equal(fake_state(&ring, 0), CHUNK_DEFINITIONS);
	assert_int_equal(drain_finish(bench.drain, &error), 0);
	trace_read(&bench, &found);
	assert_true(found.chunks >= 1 && found.chunks <= 2);
	assert_int_equal(found.bytes[found.chunks - 1], 900);
	assert_int_equal(found.events, 0);
	fake_ring_release(&ring);
	drain_end(&bench);
}

static void finishing_leaves_the_living_a_flight_recorder(void **state)
{
	struct bench bench;
	struct fake_ring ring;
	struct found found;
	struct error error;
	const char *name;

	(void)state;
	drain_begin(&bench, false);
	fake_ring_make(&ring, bench.directory, (uint32_t)getpid(), 0);
	step(&bench);
	fake_chunk_fill(&ring, 0, 1, CHUNK_FULL, CHUNK_KIND_EVENTS, 5000, 50);
	fake_chunk_fill(&ring, 1, 2, CHUNK_OWNED, CHUNK_KIND_EVENTS, 1000, 10);
	assert_int_equal(drain_finish(bench.drain, &error), 0);
	assert_int_equal(ring.header->policy, RING_FLIGHT);
	assert_int_equal(ring.header->reader_pid, 0);
	assert_int_equal(fake_state(&ring, 1), CHUNK_OWNED);
	trace_read(&bench, &found);
	assert_int_equal(found.chunks, 2);
	assert_int_equal(found.events, 60);
	assert_int_equal(drain_live_count(bench.drain), 1);
	assert_int_equal(drain_live(bench.drain, 0, &name), getpid());
	assert_non_null(strstr(ring.path, name));
	assert_int_equal(access(ring.path, F_OK), 0);
	fake_ring_release(&ring);
	drain_end(&bench);
}

/* ---- dead ones ---- */

static void all_is_taken_when_the_process_ended(void **state)
{
	struct bench bench;
	struct fake_ring ring;
	struct found found;
	pid_t pid;

	(void)state;
	drain_begin(&bench, false);
	pid = child_ring_make(&ring, bench.directory);
	step(&bench);
	assert_int_equal(drain_live_count(bench.drain), 1);
	fake_chunk_fill(&ring, 5, 1, CHUNK_DEFINITIONS, CHUNK_KIND_DEFINITIONS, 700, 0);
	fake_chunk_fill(&ring, 6, 2, CHUNK_OWNED, CHUNK_KIND_EVENTS, 1000, 10);
	fake_chunk_fill(&ring, 7, 3, CHUNK_PARKED, CHUNK_KIND_EVENTS, 2000, 20);
	fake_chunk_fill(&ring, 8, 4, CHUNK_FULL, CHUNK_KIND_EVENTS, 3000, 30);
	fake_chunk_fill(&ring, 9, 5, CHUNK_OWNED, CHUNK_KIND_EVENTS, 64,
	                0); /* just begun */
	ring.header->lost[LOST_NESTED] = 77;
	ring.header->flags = RING_FINISHED;
	child_end(pid);
	step(&bench);
	trace_read(&bench, &found);
	assert_int_equal(found.chunks, 4);
	assert_int_equal(found.events, 60);
	assert_int_equal(found.processes, 2); /* when seen, and at its end */
	assert_int_equal(found.last_process.lost[LOST_NESTED], 77);
	assert_int_equal(found.last_process.flags, RING_FINISHED);
	assert_true(found.last_process.last_ns > 1000);
	assert_int_equal(drain_live_count(bench.drain), 0);
	assert_int_equal(access(ring.path, F_OK), -1);
	fake_ring_release(&ring);
	drain_end(&bench);
}

/* Taken by its next writer, which died before it wrote its header: old content. */
static void a_chunk_that_was_not_begun_is_left(void **state)
{
	struct bench bench;
	struct fake_ring ring;
	struct found found;

	(void)state;
	drain_begin(&bench, false);
	fake_ring_make(&ring, bench.directory, NOBODY_PID, 0);
	fake_chunk_fill(&ring, 0, 1, CHUNK_OWNED, CHUNK_KIND_EVENTS, 3000, 30);
	ring.states[0] = (uint64_t)17 << CHUNK_STATE_BITS | CHUNK_OWNED;
	step(&bench);
	trace_read(&bench, &found);
	assert_int_equal(found.chunks, 0);
	assert_int_equal(drain_counts(bench.drain)->broken, 0);
	fake_ring_release(&ring);
	drain_end(&bench);
}

static void an_exec_ends_the_ring_before_it(void **state)
{
	struct bench bench;
	struct fake_ring before, after;
	struct found found;

	(void)state;
	drain_begin(&bench, false);
	fake_ring_make(&before, bench.directory, (uint32_t)getpid(), 0);
	fake_chunk_fill(&before, 0, 1, CHUNK_OWNED, CHUNK_KIND_EVENTS, 3000, 30);
	step(&bench);
	fake_ring_make(&after, bench.directory, (uint32_t)getpid(), 1);
	step(&bench);
	trace_read(&bench, &found);
	assert_int_equal(found.events, 30);
	assert_int_equal(access(before.path, F_OK), -1);
	assert_int_equal(access(after.path, F_OK), 0);
	assert_int_equal(drain_counts(bench.drain)->images, 2);
	assert_int_equal(population_processes(drain_population(bench.drain)), 1);
	fake_ring_release(&before);
	fake_ring_release(&after);
	drain_end(&bench);
}

static void a_flight_is_read_after_its_end(void **state)
{
	struct bench bench;
	struct fake_ring ring;
	struct found found;
	pid_t pid;

	(void)state;
	drain_begin(&bench, true);
	pid = child_ring_make(&ring, bench.directory);
	ring.header->policy = RING_FLIGHT;
	fake_chunk_fill(&ring, 0, 1, CHUNK_FULL, CHUNK_KIND_EVENTS, 3000, 30);
	step(&bench);
	assert_int_equal(fake_state(&ring, 0), CHUNK_FULL);
	assert_int_equal(ring.header->policy, RING_FLIGHT);
	/* outlive_snapshot() asks only a reader that is alive */
	assert_int_equal(ring.header->reader_pid, getpid());
	assert_true(ring.header->reader_beat_ns > 0);
	trace_read(&bench, &found);
	assert_int_equal(found.chunks, 0);
	child_end(pid);
	step(&bench);
	trace_read(&bench, &found);
	assert_int_equal(found.events, 30);
	fake_ring_release(&ring);
	drain_end(&bench);
}

/* ---- lying ones ---- */

static void what_is_no_ring_is_passed_over(void **state)
{
	static const struct {
		size_t offset;
		uint32_t value;
	} lies[] = {
		{ offsetof(struct ring_header, magic), 1 },
		{ offsetof(struct ring_header, version_major), 9 },
		{ offsetof(struct ring_header, features_required), 2 },
		{ offsetof(struct ring_header, header_bytes), 4096 },
		{ offsetof(struct ring_header, header_bytes), 8191 },
		{ offsetof(struct ring_header, header_bytes), 1u << 31 },
		{ offsetof(struct ring_header, chunk_bytes), 0 },
		{ offsetof(struct ring_header, chunk_bytes), 65537 },
		{ offsetof(struct ring_header, chunk_bytes), 1u << 30 },
		{ offsetof(struct ring_header, chunk_count), 0 },
		{ offsetof(struct ring_header, chunk_count), 17 },
		{ offsetof(struct ring_header, chunk_count), UINT32_MAX },
		{ offsetof(struct ring_header, states_offset), 0 },
		{ offsetof(struct ring_header, states_offset), 4100 },
		{ offsetof(struct ring_header, states_offset), UINT32_MAX },
		{ offsetof(struct ring_header, session), 99 },
	};
	struct fake_ring ring;
	struct bench bench;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		drain_begin(&bench, false);
		fake_ring_make(&ring, bench.directory, NOBODY_PID, 0);
		memcpy((uint8_t *)ring.header + lies[i].offset, &lies[i].value, 4);
		step(&bench);
		assert_int_equal(drain_counts(bench.drain)->images, 0);
		assert_int_equal(drain_counts(bench.drain)->broken, 1);
		fake_ring_release(&ring);
		drain_end(&bench);
	}
}

static void odd_files_are_passed_over(void **state)
{
	struct bench bench;
	char path[256];

	(void)state;
	drain_begin(&bench, false);
	snprintf(path, sizeof(path),
	         "cd %s && mkfifo a.ring && mkdir b.ring && "
	         "ln -s e.other c.ring && : >d.ring && : >e.other",
	         bench.directory);
	assert_int_equal(system(path), 0);
	assert_int_equal(drain_finish(bench.drain, &(struct error){ "" }), 0);
	assert_int_equal(drain_counts(bench.drain)->images, 0);
	assert_int_equal(drain_counts(bench.drain)->broken, 4);
	drain_end(&bench);
}

static void a_chunk_longer_than_itself_is_not_read(void **state)
{
	struct bench bench;
	struct fake_ring ring;
	struct found found;

	(void)state;
	drain_begin(&bench, false);
	fake_ring_make(&ring, bench.directory, (uint32_t)getpid(), 0);
	fake_chunk_fill(&ring, 0, 1, CHUNK_FULL, CHUNK_KIND_EVENTS, CHUNK_BYTES + 1, 5);
	fake_chunk_fill(&ring, 15, 2, CHUNK_FULL, CHUNK_KIND_EVENTS, UINT32_MAX, 5);
	fake_chunk_fill(&ring, 1, 3, CHUNK_FULL, CHUNK_KIND_EVENTS, 10, 5);
	fake_chunk_fill(&ring, 2, 4, CHUNK_FULL, CHUNK_KIND_EVENTS, 3000, 30);
	step(&bench);
	trace_read(&bench, &found);
	assert_int_equal(found.chunks, 1);
	assert_int_equal(found.tickets[0], 4);
	assert_int_equal(drain_counts(bench.drain)->broken, 2);
	assert_int_equal(fake_state(&ring, 0), CHUNK_FREE);
	fake_ring_release(&ring);
	drain_end(&bench);
}

/* The mapping outlives its file's pages: SIGBUS, which is not ours to die of. */
static void a_file_cut_under_us_is_given_up(void **state)
{
	struct bench bench;
	struct fake_ring ring, other;
	struct found found;
	struct error error;

	(void)state;
	drain_begin(&bench, false);
	fake_ring_make(&ring, bench.directory, (uint32_t)getpid(), 0);
	step(&bench);
	fake_chunk_fill(&ring, 0, 1, CHUNK_FULL, CHUNK_KIND_EVENTS, 3000, 30);
	assert_int_equal(ftruncate(ring.file, 0), 0);
	fake_ring_make(&other, bench.directory, NOBODY_PID, 0);
	fake_chunk_fill(&other, 0, 1, CHUNK_FULL, CHUNK_KIND_EVENTS, 3000, 40);
	step(&bench);
	assert_int_equal(drain_finish(bench.drain, &error), 0);
	trace_read(&bench, &found);
	assert_int_equal(found.events, 40);
	assert_true(drain_counts(bench.drain)->broken >= 1);
	fake_ring_release(&ring);
	fake_ring_release(&other);
	drain_end(&bench);
}

/* A program that writes over all of its ring's pages but chunks, at random. */
/* What is missing held nothing yet, as far as can be seen. */
static void a_file_cut_behind_its_chunks_is_unreadable(void **state)
{
	struct bench bench;
	struct fake_ring ring;
	struct found found;
	pid_t pid;
	struct stat status;

	(void)state;
	drain_begin(&bench, false);
	pid = child_ring_make(&ring, bench.directory);
	fake_chunk_fill(&ring, 0, 1, CHUNK_FULL, CHUNK_KIND_EVENTS, 3000, 30);
	step(&bench);
	assert_int_equal(fstat(ring.file, &status), 0);
	assert_int_equal(ftruncate(ring.file, status.st_size - 4096), 0);
	child_end(pid);
	step(&bench);
	trace_read(&bench, &found);
	assert_int_equal(found.events, 30);
	assert_true(found.last_process.flags & RING_UNREADABLE);
	assert_int_equal(drain_counts(bench.drain)->broken, 1);
	fake_ring_release(&ring);
	drain_end(&bench);
}

static void scribbling_does_no_harm(void **state)
{
	struct fake_ring ring;
	struct bench bench;
	struct error error;
	int round, i;

	(void)state;
	for (round = 0; round < 50; round++) {
		drain_begin(&bench, round % 2);
		fake_ring_make(&ring, bench.directory,
		               round % 3 ? (uint32_t)getpid() : NOBODY_PID, 0);
		srandom((unsigned)round);
		if (round % 5)
			step(&bench);
		for (i = 0; i < 16; i++)
			fake_chunk_fill(&ring, (uint32_t)i, (uint64_t)i + 1,
			                (enum chunk_state)(random() % 6), CHUNK_KIND_EVENTS, 3000,
			                5);
		for (i = 0; i < 60; i++)
			((uint8_t *)ring.header)[random() % (RING_HEADER_BYTES + 128)] = (uint8_t)
				random();
		step(&bench);
		assert_int_equal(drain_finish(bench.drain, &error), 0);
		fake_ring_release(&ring);
		drain_end(&bench);
	}
}

/* ---- a full disk ---- */

static void a_full_disk_makes_flight_recorders(void **state)
{
	struct fake_ring ring, late;
	struct rlimit before, small;
	struct bench bench;
	struct error error = { "" };
	int idle_ms;

	(void)state;
	signal(SIGXFSZ, SIG_IGN);
	drain_begin(&bench, false);
	fake_ring_make(&ring, bench.directory, (uint32_t)getpid(), 0);
	step(&bench);
	fake_chunk_fill(&ring, 3, 1, CHUNK_FULL, CHUNK_KIND_EVENTS, 60000, 30);
	getrlimit(RLIMIT_FSIZE, &before);
	small = before;
	small.rlim_cur = bench.writer.offset + 100;
	setrlimit(RLIMIT_FSIZE, &small);
	idle_ms = drain_step(bench.drain, &error);
	setrlimit(RLIMIT_FSIZE, &before);
	assert_int_equal(idle_ms, -1);
	assert_non_null(strstr(error.message, "File too large"));
	assert_int_equal(ring.header->policy, RING_FLIGHT);
	/* still in the ring, for who reads it */
	assert_int_equal(fake_state(&ring, 3), CHUNK_DRAINING);
	/* one that comes now is nobody's: it goes with its process */
	fake_ring_make(&late, bench.directory, NOBODY_PID, 0);
	step(&bench);
	assert_int_equal(access(late.path, F_OK), -1);
	assert_int_equal(drain_finish(bench.drain, &error), 0);
	assert_int_equal(access(ring.path, F_OK), 0);
	fake_ring_release(&ring);
	fake_ring_release(&late);
	drain_end(&bench);
}

/* ---- while it is written ---- */

struct writer {
	struct fake_ring *ring;
	uint32_t first; /* of its four chunks */
	_Atomic uint64_t *ticket;
	uint64_t events;
};

/* Fills its chunks in turn, each only when it was given back. */
static void *writer_run(void *context)
{
	struct writer *writer = context;
	uint64_t ticket;
	uint32_t i, index;

	for (i = 0; i < 400; i++) {
		index = writer->first + i % 4;
		while (fake_state(writer->ring, index) != CHUNK_FREE)
			usleep(100);
		ticket = atomic_fetch_add(writer->ticket, 1) + 1;
		fake_chunk_fill(writer->ring, index, ticket, CHUNK_FULL, CHUNK_KIND_EVENTS,
		                2000 + (uint32_t)(ticket % 60000), 7);
		writer->events += 7;
	}
	return NULL;
}

static void nothing_is_lost_or_doubled_under_load(void **state)
{
	struct fake_ring ring;
	struct writer writers[4] = { { 0 } };
	_Atomic uint64_t ticket = 0;
	struct bench bench;
	struct found *found = malloc(sizeof(*found));
	pthread_t threads[4];
	uint64_t seen = 0;
	struct error error;
	unsigned i;

	(void)state;
	drain_begin(&bench, false);
	fake_ring_make(&ring, bench.directory, (uint32_t)getpid(), 0);
	for (i = 0; i < 4; i++) {
		writers[i] = (struct writer){ &ring, i * 4, &ticket, 0 };
		pthread_create(&threads[i], NULL, writer_run, &writers[i]);
	}
	while (drain_counts(bench.drain)->events < 4 * 400 * 7) {
		assert_true(drain_step(bench.drain, &error) >= 0);
		usleep(1000);
	}
	for (i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	trace_read(&bench, found);
	assert_int_equal(found->chunks, 1600);
	for (i = 0; i < 1600; i++)
		seen += found->tickets[i];
	assert_int_equal(seen, 1600 * 1601 / 2);
	fake_ring_release(&ring);
	drain_end(&bench);
	free(found);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(full_chunks_are_taken_and_given_back),
		cmocka_unit_test(writers_are_reported_that_we_live),
		cmocka_unit_test(definitions_are_copied_again),
		cmocka_unit_test(finishing_leaves_the_living_a_flight_recorder),
		cmocka_unit_test(all_is_taken_when_the_process_ended),
		cmocka_unit_test(a_chunk_that_was_not_begun_is_left),
		cmocka_unit_test(an_exec_ends_the_ring_before_it),
		cmocka_unit_test(a_flight_is_read_after_its_end),
		cmocka_unit_test(what_is_no_ring_is_passed_over),
		cmocka_unit_test(odd_files_are_passed_over),
		cmocka_unit_test(a_chunk_longer_than_itself_is_not_read),
		cmocka_unit_test(a_file_cut_under_us_is_given_up),
		cmocka_unit_test(a_file_cut_behind_its_chunks_is_unreadable),
		cmocka_unit_test(scribbling_does_no_harm),
		cmocka_unit_test(a_full_disk_makes_flight_recorders),
		cmocka_unit_test(nothing_is_lost_or_doubled_under_load),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
