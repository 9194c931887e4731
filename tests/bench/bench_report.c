/*
 * bench_report.c - how fast a recording is read: `bench_report FILE [EVENTS [THREADS]]`
 * writes a synthetic trace with that many events (5 million) of so many threads (1),
 * through the tests' own encoder; bench.sh then times `outlive report` on it.
 *
 * Like a program: 600 call paths of 10 to 30 frames, sizes
 * that belong to their paths, most blocks freed soon, some late, 100,000 live at a time,
 * now and then a realloc or another thread's block.
 */
#include "trace_builder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LIVE_MAX 100000
#define PATHS 600
#define PATH_FRAMES_MAX 40
#define THREADS_MAX 16
#define CHUNK_ROOM 60000 /* the last event of a chunk always fits */

struct live {
	uint64_t address, size;
};

/* A stack that allocates; sizes belong to it. */
struct path {
	uint64_t frames[PATH_FRAMES_MAX];
	uint32_t depth;
	uint64_t size;
};

struct worker {
	struct chunk_build chunk;
	struct build_event event;
	uint64_t events;
	uint32_t path; /* where it is now */
};

struct bench {
	struct trace_build trace;
	FILE *file;
	struct worker workers[THREADS_MAX];
	struct path paths[PATHS];
	struct live live[LIVE_MAX];
	uint64_t
		free_addresses[LIVE_MAX]; /* given back last in first out, as malloc does */
	size_t live_count, free_count;
	uint64_t random, time, tickets, address_next;
};

static uint64_t random_next(struct bench *bench, uint64_t below)
{
	bench->random ^= bench->random << 13;
	bench->random ^= bench->random >> 7;
	bench->random ^= bench->random << 17;
	return bench->random % below;
}

/* What was built so far goes to the file, so that memory stays small. */
static void bench_flush(struct bench *bench)
{
	if (fwrite(bench->trace.bytes.data, 1, bench->trace.bytes.count, bench->file) !=
	    bench->trace.bytes.count) {
		perror("bench_report");
		exit(1);
	}
	bench->trace.bytes.count = 0;
}

static void chunk_begin(struct bench *bench, uint32_t number)
{
	struct worker *worker = &bench->workers[number];
	uint64_t stack[BUILD_STACK_MAX];
	uint32_t depth = worker->chunk.depth;

	memcpy(stack, worker->chunk.stack, depth * sizeof(*stack));
	if (worker->chunk.bytes.count) {
		trace_build_chunk(&bench->trace, 0, &worker->chunk);
		chunk_build_release(&worker->chunk);
		bench_flush(bench);
	}
	chunk_build_begin(&worker->chunk, CHUNK_KIND_EVENTS, ++bench->tickets, bench->time);
	chunk_build_run(&worker->chunk, number + 1, bench->time, worker->events, stack,
	                depth);
}

/* Each path leaves an earlier one somewhere and goes its own way from there. */
static void paths_make(struct bench *bench)
{
	struct path *path;
	uint32_t i, j, keep;

	for (i = 0; i < PATHS; i++) {
		path = &bench->paths[i];
		keep = 0;
		if (i) {
			*path = bench->paths[random_next(bench, i)];
			keep = path->depth / 3 + (uint32_t)random_next(bench, path->depth);
			keep = keep > path->depth ? path->depth : keep;
		}
		path->depth = keep + 1 + (uint32_t)random_next(bench, 10);
		if (path->depth < 10)
			path->depth = 10;
		if (path->depth > 30)
			path->depth = 30;
		for (j = keep; j < path->depth; j++)
			path->frames[j] = 0x400000 + 64 * random_next(bench, 3000);
		path->size = 16 + 16 * random_next(bench, 20);
	}
}

/* Usually the next call site is this one again, or one of a few others. */
static void stack_move(struct bench *bench, struct worker *worker)
{
	uint64_t dice = random_next(bench, 10);
	const struct path *path;
	uint32_t keep = 0;

	if (dice == 0)
		worker->path = (uint32_t)random_next(bench, PATHS);
	else if (dice < 5)
		worker->path = (worker->path * 5 + 1) % PATHS;
	path = &bench->paths[worker->path];
	while (keep < path->depth && keep < worker->chunk.depth &&
	       worker->chunk.stack[keep] == path->frames[keep])
		keep++;
	/* The function that allocated last was called anew. */
	if (keep == path->depth)
		keep--;
	worker->event.popped = worker->chunk.depth - keep;
	worker->event.frames = path->frames + keep;
	worker->event.frame_count = path->depth - keep;
}

static uint64_t address_take(struct bench *bench)
{
	if (bench->free_count && random_next(bench, 10))
		return bench->free_addresses[--bench->free_count];
	return bench->address_next += 48;
}

static void event_alloc(struct bench *bench, struct build_event *event)
{
	event->op = random_next(bench, 20) ? OP_MALLOC : OP_CALLOC;
	event->address = address_take(bench);
	bench->live[bench->live_count++] = (struct live){ event->address, event->size };
}

static void event_end(struct bench *bench, struct build_event *event)
{
	/* Young blocks die first. */
	size_t age = random_next(bench, 10) ? random_next(bench, 20)
	                                    : random_next(bench, bench->live_count);
	size_t at = bench->live_count - 1 -
	            (age < bench->live_count ? age : bench->live_count - 1);
	struct live gone = bench->live[at];

	if (!random_next(bench, 25)) {
		event->op = OP_REALLOC;
		event->old_address = gone.address;
		event->address = random_next(bench, 2) ? address_take(bench) : gone.address;
		event->time_end = event->time + 2;
		bench->time = event->time_end;
		bench->live[at] = (struct live){ event->address, event->size };
	} else {
		event->op = OP_FREE;
		event->address = gone.address;
		bench->live[at] = bench->live[--bench->live_count];
	}
	if (event->address != gone.address || event->op == OP_FREE) {
		if (bench->free_count < LIVE_MAX)
			bench->free_addresses[bench->free_count++] = gone.address;
	}
}

static void event_make(struct bench *bench, uint32_t number)
{
	struct worker *worker = &bench->workers[number];
	struct build_event *event = &worker->event;
	bool grows = bench->live_count < LIVE_MAX / 2 ||
	             (bench->live_count < LIVE_MAX && random_next(bench, 2));

	if (worker->chunk.bytes.count > CHUNK_ROOM || !worker->chunk.bytes.count)
		chunk_begin(bench, number);
	*event = (struct build_event){ .time = bench->time += 1 + random_next(bench, 8) };
	stack_move(bench, worker);
	event->size = bench->paths[worker->path].size;
	if (!bench->live_count || (grows && random_next(bench, 3)))
		event_alloc(bench, event);
	else
		event_end(bench, event);
	chunk_build_event(&worker->chunk, event);
	worker->events++;
}

int main(int argc, char **argv)
{
	static struct bench bench = { .random = 88172645463325252,
		                          .address_next = 0x10000 };
	uint64_t events = argc > 2 ? strtoull(argv[2], NULL, 10) : 5000000, i;
	uint32_t threads = argc > 3 ? (uint32_t)atoi(argv[3]) : 1, number;
	struct ring_header header = build_header(1);

	if (argc < 2 || threads < 1 || threads > THREADS_MAX) {
		fprintf(stderr, "usage: bench_report FILE [EVENTS [THREADS]]\n");
		return 2;
	}
	bench.file = fopen(argv[1], "wb");
	if (!bench.file) {
		perror(argv[1]);
		return 1;
	}
	paths_make(&bench);
	trace_build_begin(&bench.trace, header.session);
	trace_build_process(&bench.trace, 0, &header);
	for (i = 0; i < events; i++)
		event_make(&bench, (uint32_t)(i / 3 % threads));
	for (number = 0; number < threads; number++) {
		trace_build_chunk(&bench.trace, 0, &bench.workers[number].chunk);
		chunk_build_release(&bench.workers[number].chunk);
	}
	trace_build_end(&bench.trace);
	bench_flush(&bench);
	return fclose(bench.file) ? 1 : 0;
}
