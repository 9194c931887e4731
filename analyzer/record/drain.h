/*
 * record/drain.h - empties all rings of a session into the trace while the program runs.
 *
 * All functions are called by one thread, drain_step() every few milliseconds.
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

struct target;

struct drain_settings {
	const struct session *session;
	struct trace_writer *writer;
	struct kept_files *kept;
	const struct target *target; /* the program, our child; NULL: there is none */
	bool is_flight; /* take the rings of living processes only when they end */
	uint64_t segments_every_ns; /* interval of snapshots; 0: none */
};

struct drain *drain_new(const struct drain_settings *settings, struct error *error);

/* Unmap everything. Rings that were not taken completely keep their files. */
void drain_free(struct drain *drain);

/*
 * Readable when a ring may have appeared or a process asks for one; -1: there is nothing to
 * wait for.
 */
int drain_descriptor(const struct drain *drain);

/*
 * Serve each ring once: find new rings, take full chunks, finish rings whose process has ended.
 * Returns the number of milliseconds until the next step is needed, or -1: the trace cannot be
 * written any more, and *error says why. From then on all rings are flight recorders; known
 * rings keep their files, new ones lose theirs.
 */
int drain_step(struct drain *drain, struct error *error);

/* Ask all processes that were attached to to put everything back: they are let go soon after. */
void drain_detach(struct drain *drain);

/* The number of living processes that have a ring. */
size_t drain_live_count(const struct drain *drain);

/*
 * The pid of the i-th living process (i < drain_live_count()); *name is the name of its ring in
 * the session's directory, valid until the next step.
 */
pid_t drain_live(const struct drain *drain, size_t i, const char **name);

/*
 * A living process that has asked for a snapshot since it was last returned here (see
 * outlive_snapshot() of outlive.h), and how often; 0: none.
 */
pid_t drain_snapshot_asked(struct drain *drain, uint32_t *calls);

/*
 * Do the last step: take what the rings contain at this moment, also those of living processes,
 * which become flight recorders. 0, or -1 and *error like drain_step().
 */
int drain_finish(struct drain *drain, struct error *error);

const struct drain_counts *drain_counts(const struct drain *drain);

/* All processes whose rings were found, by the pids in their own namespaces. */
struct population *drain_population(struct drain *drain);

#endif
