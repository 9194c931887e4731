/*
 * segments/history.h - how a process used its memory over the time of a recording: all the
 * samples a trace has of it, checked, in order.
 */
#ifndef OUTLIVE_SEGMENTS_HISTORY_H
#define OUTLIVE_SEGMENTS_HISTORY_H

#include "segments/snapshot.h"
#include "segments/sizes.h"
#include "trace/phases.h"
#include "trace/reader.h"

/* When the most of something was resident. */
struct segment_peak {
	uint64_t rss, time_ns;
};

struct segment_history {
	struct segment_sample *samples; /* by time; time_ns is since the process's start */
	size_t count, capacity;
	size_t read;    /* samples there were: of very many, not all are kept */
	size_t refused; /* looks at a process that may not be read */
	struct segment_peak peak, peaks[SEGMENT_COUNT]; /* of all samples read */
	size_t highest;            /* the sample in which the most was resident */
	uint64_t kernel_peak;      /* the largest VmHWM; 0: not known */
	uint64_t interval_ns;      /* between looks, half of them less; 0: fewer than two */
	unsigned peak_count;       /* taken because memory had grown */
	unsigned same_count;       /* of the size alone, which had not changed */
	unsigned own_count;        /* not of those read: by the process of itself */
	struct size_history sizes; /* size_history_read() fills it; old traces have none */
};

/*
 * Read what the trace has of the process, but for sizes. Damage is told in the reader's problems and
 * skipped. 0, or -1: memory is out. Release it either way.
 */
int segment_history_read(struct segment_history *history, struct trace_reader *reader,
                         const struct trace_process *process);
void segment_history_release(struct segment_history *history);

/*
 * Take over a sample that the process took of itself, its time since the start: it comes
 * among the others by its time. 0, or -1: memory is out.
 */
int segment_history_insert(struct segment_history *history,
                           const struct segment_sample *sample);

/*
 * When the most was resident, by samples and by sizes. A size is taken only where it says
 * clearly more: the kernel's counts are not exact. *is_size: it is one.
 */
struct segment_peak segment_history_peak(const struct segment_history *history,
                                         bool *is_size);

/* The sample nearest to a time since the start; there is at least one. */
size_t segment_history_near(const struct segment_history *history, uint64_t time_ns);

/* Whoever looked at the process saw it alive: `phases` are told. */
void segment_history_see(const struct segment_history *history, struct phases *phases,
                         const struct ring_header *header);

#endif
