/*
 * trace/phases.h - the phases of one process: load, main and exit, which follow each other, and
 * within these the phases that the program named by outlive_phase().
 *
 * A phase has one number, however many spans it has: a name that comes back is the same phase.
 * If it is not known when main() began (a program without libc's start, a recording of an older
 * version), all before exit is main.
 */
#ifndef OUTLIVE_TRACE_PHASES_H
#define OUTLIVE_TRACE_PHASES_H

#include "base/error.h"
#include "base/hash_index.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PHASE_NUMBER_NONE UINT32_MAX
#define PHASES_OF_LIBC 3 /* numbers 0 load, 1 main, 2 exit; named phases follow */
#define PHASE_TIME_END UINT64_MAX

/* What was allocated in a phase; filled by whoever reads the events. */
struct phase_counts {
	uint64_t allocations, bytes, frees; /* a realloc counts as an allocation */
};

struct phase_total {
	char *name;                 /* the program's own text: escape it */
	uint64_t start, end;        /* quanta: start of its first span, end of its last */
	uint64_t duration;          /* of all its spans */
	uint32_t spans;             /* 0: the process was never in it */
	struct phase_counts counts; /* filled by phase_cursor_count() */
};

/* The process was in phase `number` in [start, end), quanta. */
struct phase_span {
	uint64_t start, end; /* the last one: PHASE_TIME_END until phases_end() */
	uint32_t number;     /* in `named`: PHASE_NUMBER_NONE between named phases */
	uint32_t thread;     /* serial of the thread that began it; 0: unknown */
};

struct phases {
	struct phase_total *totals; /* by number */
	uint32_t count, capacity;   /* at least PHASES_OF_LIBC */
	/* Of load, main and exit, in the order of time, without gaps. */
	struct phase_span *spans;
	size_t span_count;
	struct phase_span *named; /* likewise; empty if no phase was ever named */
	size_t named_count;
	uint64_t main_start;     /* PHASE_TIME_END: unknown */
	uint64_t exit_start;     /* PHASE_TIME_END: the process never exited */
	bool has_load;           /* main_start is known and later than the start */
	uint64_t seen;           /* quanta: the last sign of life beside events; 0: none */
	struct hash_index names; /* of the named phases' numbers */
	/* Definitions, until phases_seal() makes spans of them. */
	struct phase_record *records;
	size_t record_count, record_capacity;
};

struct phases *phases_new(void); /* NULL: no memory */
void phases_free(struct phases *phases);

/*
 * Load the definitions of phases from one definition chunk, like address_map_load(). Skips all
 * other definitions. 0, or -1 and *error about the first wrong one.
 */
int phases_load(struct phases *phases, const uint8_t *data, size_t bytes,
                struct error *error);

/*
 * Call after the last load. `start`: when the process started, quanta. 0, or -1 when memory is
 * out.
 */
int phases_seal(struct phases *phases, uint64_t start);

/*
 * Record that the process was alive at `time` (quanta), even if it did not allocate then.
 * phases_load() calls it for phases and for the process's snapshots of its own memory.
 */
void phases_see(struct phases *phases, uint64_t time);

/* End the last spans at `time` (quanta), when the process was last known to be alive. */
void phases_end(struct phases *phases, uint64_t time);

/* The span of load, main or exit at `time`; before the first span: the first. */
const struct phase_span *phases_at(const struct phases *phases, uint64_t time);

/* The span of a named phase, or between named phases, at `time`; NULL: none was named yet. */
const struct phase_span *phases_named_at(const struct phases *phases, uint64_t time);

/* Whether the process ever was in the phase. */
bool phases_has(const struct phases *phases, uint32_t number);

/*
 * The number of the phase with this name, if the process was ever in it, else
 * PHASE_NUMBER_NONE. "named:main" is the phase that the program itself named "main".
 */
uint32_t phases_find(const struct phases *phases, const char *name);

/*
 * The phases at one time, so that a reader of events rarely has to search. Start with a zeroed
 * one.
 */
struct phase_cursor {
	uint64_t start, length;            /* nothing changes in [start, start + length) */
	struct phase_counts *libc, *named; /* where to count; named may be NULL */
	uint32_t number, named_number;
};
void phase_cursor_move(struct phase_cursor *cursor, struct phases *phases,
                       uint64_t time);

/*
 * Move the cursor to `time`, if it is not there already. The difference is unsigned: for a
 * time before cursor->start it wraps to a huge number, so the cursor moves back, too.
 */
static inline void phase_cursor_at(struct phase_cursor *cursor, struct phases *phases,
                                   uint64_t time)
{
	if (__builtin_expect(time - cursor->start >= cursor->length, 0))
		phase_cursor_move(cursor, phases, time);
}

static inline bool phase_cursor_is_in(const struct phase_cursor *cursor,
                                      uint32_t number)
{
	return cursor->number == number || cursor->named_number == number;
}

static inline void phase_cursor_count(const struct phase_cursor *cursor,
                                      uint64_t allocations, uint64_t bytes,
                                      uint64_t frees)
{
	cursor->libc->allocations += allocations;
	cursor->libc->bytes += bytes;
	cursor->libc->frees += frees;
	if (cursor->named) {
		cursor->named->allocations += allocations;
		cursor->named->bytes += bytes;
		cursor->named->frees += frees;
	}
}

#endif
