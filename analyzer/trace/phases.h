/*
 * trace/phases.h - the phases of one process: load, main and exit, which follow each other, and
 * those that the program named by outlive_phase(), within these.
 *
 * A phase has one number, whatever its spans: a name that comes back is the same phase.
 * Where nothing told when main() began (a program without libc's start, a recording of an
 * older version) all before exit is main.
 */
#ifndef OUTLIVE_TRACE_PHASES_H
#define OUTLIVE_TRACE_PHASES_H

#include "base/error.h"
#include "base/hash_index.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PHASE_NUMBER_NONE UINT32_MAX
#define PHASES_OF_LIBC 3 /* numbers 0 load, 1 main, 2 exit; from here on named ones */
#define PHASE_TIME_END UINT64_MAX

/* What was allocated in a phase: filled by who reads the events. */
struct phase_counts {
	uint64_t allocations, bytes, frees; /* reallocs are allocations */
};

struct phase_total {
	char *name;                 /* as the program said it: escape it */
	uint64_t start, end;        /* of its first span and its last, quanta */
	uint64_t duration;          /* of all its spans */
	uint32_t spans;             /* 0: the process never was in it */
	struct phase_counts counts; /* filled by phase_counts_of() .. */
};

/* The process was in phase `number` in [start, end), quanta. */
struct phase_span {
	uint64_t start, end; /* the last one: PHASE_TIME_END until phases_end() */
	uint32_t number;     /* named spans: PHASE_NUMBER_NONE where there was none */
	uint32_t thread;     /* serial of the thread that began it; 0: not known */
};

struct phases {
	struct phase_total *totals; /* by number */
	uint32_t count, capacity;   /* at least PHASES_OF_LIBC */
	struct phase_span *spans;   /* of libc, in the order of time, without gaps */
	size_t span_count;
	struct phase_span *named; /* likewise; none if no phase was ever named */
	size_t named_count;
	uint64_t main_start; /* PHASE_TIME_END: not known */
	uint64_t exit_start; /* PHASE_TIME_END: it never exited */
	bool has_load;       /* main_start is known, and something came before */
	uint64_t
		seen; /* quanta: the process was seen alive until then; 0: only by events */
	struct hash_index names;      /* of the numbers that the program named */
	struct phase_record *records; /* as loaded */
	size_t record_count, record_capacity;
};

struct phases *phases_new(void); /* NULL: no memory */
void phases_free(struct phases *phases);

/*
 * As address_map_load(), of the same chunks: takes the definitions of phases, which others
 * cross. 0, or -1 and *error about the first wrong one.
 */
int phases_load(struct phases *phases, const uint8_t *data, size_t bytes,
                struct error *error);

/* After the last load; `start`: of the process, quanta. 0, or -1 when memory is out. */
int phases_seal(struct phases *phases, uint64_t start);

/*
 * It was alive at `time`, quanta, whether or not it allocated. Loading notes what the process
 * said of itself: phases, and pictures of its mappings.
 */
void phases_see(struct phases *phases, uint64_t time);

/* The last that was seen of it was then: it ends the last spans. */
void phases_end(struct phases *phases, uint64_t time);

/* The span of libc's phases that a time lies in; before the first: that one. */
const struct phase_span *phases_at(const struct phases *phases, uint64_t time);

/* The span of named phases or of none; NULL: none was named yet. */
const struct phase_span *phases_named_at(const struct phases *phases, uint64_t time);

/* Whether the process ever was in the phase. */
bool phases_has(const struct phases *phases, uint32_t number);

/*
 * The number of a phase that it was in by its name, or PHASE_NUMBER_NONE. "named:main" is
 * the one that the program named "main".
 */
uint32_t phases_find(const struct phases *phases, const char *name);

/*
 * Where a reader of events is, so that most times need no search. Zeroed is a start.
 */
struct phase_cursor {
	uint64_t start, length;            /* in [start, start + length) nothing changes */
	struct phase_counts *libc, *named; /* what to count to; named: NULL if in none */
	uint32_t number, named_number;
};
void phase_cursor_move(struct phase_cursor *cursor, struct phases *phases,
                       uint64_t time);

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
