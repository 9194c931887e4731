/*
 * record/drain.h - all rings of a session, emptied into the trace while the program runs.
 *
 * One thread, called every few milliseconds.
 */
#ifndef OUTLIVE_RECORD_DRAIN_H
#define OUTLIVE_RECORD_DRAIN_H

#include "base/error.h"
#include "record/drain_ring.h"
#include "trace/population.h"
#include "record/session.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct drain;

struct drain_settings {
	const struct session *session;
	struct trace_writer *writer;
	struct module_shelf *shelf;
	bool is_flight; /* leave living processes alone: take their rings at their end */
	uint64_t segments_every_ns; /* look at their segments so often; 0: never */
};

struct drain *drain_new(const struct drain_settings *settings, struct error *error);

/* Unmap everything. Rings that were not taken to their end keep their files. */
void drain_free(struct drain *drain);

/* Readable when a ring may have appeared, or is asked for; -1: nothing to wait for. */
int drain_descriptor(const struct drain *drain);

/*
 * Look at every ring once: find new ones, take full chunks, finish with those whose
 * process ended. Returns for how many milliseconds it may now be left alone, or -1: the
 * trace cannot be written any more, and *error says why. From then on all rings are
 * flight recorders; those there keep their files, newer ones lose theirs.
 */
int drain_step(struct drain *drain, struct error *error);

/* Processes that still live and have a ring. */
size_t drain_live_count(const struct drain *drain);

/*
 * The i-th of them (i < drain_live_count()): its pid, and the name of its ring in the
 * session's directory. `name` lives until the next step.
 */
pid_t drain_live(const struct drain *drain, size_t i, const char **name);

/*
 * The last step: take what the rings hold at this moment, of living processes, too.
 * Those go on as flight recorders. 0, or -1 and *error as above.
 */
int drain_finish(struct drain *drain, struct error *error);

const struct drain_counts *drain_counts(const struct drain *drain);

/* All whose rings were found, by the pids they know themselves. */
struct population *drain_population(struct drain *drain);

#endif
