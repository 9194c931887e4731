/*
 * segments/history.h - how a process used its memory over the time of a recording: all
 * snapshots of it in the trace, checked, in order of time.
 */
#ifndef OUTLIVE_SEGMENTS_HISTORY_H
#define OUTLIVE_SEGMENTS_HISTORY_H

#include "segments/snapshot.h"
#include "segments/sizes.h"
#include "trace/phases.h"
#include "trace/reader.h"

/* The highest resident size of something, and when it was reached. */
struct segment_peak {
	uint64_t rss, time_ns;
};

struct segment_history {
	struct segment_snapshot
		*snapshots; /* by time; time_ns is since the process's start */
	size_t count, capacity;
	size_t read; /* snapshots in the trace; if there are very many, not all are kept */
	size_t refused; /* snapshots that the kernel did not permit */
	struct segment_peak peak, peaks[SEGMENT_COUNT]; /* of all snapshots read */
	size_t highest; /* index of the snapshot with the most resident memory */
	uint64_t
		kernel_peak; /* the largest VmHWM, without the recorder's own; 0: unknown */
	/* sizes and kernel_peak include the recorder's own memory: segments/own_memory.h */
	bool has_own;
	bool peak_is_bound;   /* some of the recorder's own may be left in kernel_peak */
	uint64_t own_most;    /* the most that the recorder had, as far as that is known */
	uint64_t interval_ns; /* median between snapshots; 0: fewer than two */
	unsigned peak_count;  /* snapshots taken because memory had grown */
	unsigned same_count;  /* snapshots repeated because the size had not changed */
	unsigned own_count;   /* snapshots by the process itself; not in `read` */
	struct size_history sizes; /* filled by size_history_read(); empty in old traces */
};

/*
 * Read the trace's snapshots of the process; `sizes` stays empty. Damage is reported in the
 * reader's problems and skipped. 0, or -1: memory is out. Release the history either way.
 */
int segment_history_read(struct segment_history *history, struct trace_reader *reader,
                         const struct trace_process *process);
void segment_history_release(struct segment_history *history);

/*
 * Insert a snapshot that the process took of itself, in order of time; its time is since the
 * process's start. 0: the history owns it; -1: memory is out.
 */
int segment_history_insert(struct segment_history *history,
                           const struct segment_snapshot *snapshot);

/*
 * The highest resident size in snapshots and size readings. A size reading is used only if it
 * is clearly higher, since the kernel's counts are not exact; then *is_size is true.
 */
struct segment_peak segment_history_peak(const struct segment_history *history,
                                         bool *is_size);

/*
 * The size of the process at its peak: by the kernel's count, if that is clearly higher than all
 * that was seen. *is_between: so it is.
 */
uint64_t segment_history_peak_bytes(const struct segment_history *history,
                                    bool *is_between);

/* Whether even the highest snapshot does not show where most of the memory was at the peak. */
bool segment_history_peak_is_far(const struct segment_history *history);

/* The index of the snapshot nearest to a time since the start. There must be at least one. */
size_t segment_history_near(const struct segment_history *history, uint64_t time_ns);

/* Let `phases` know that the process was alive at the last snapshot and size reading. */
void segment_history_see(const struct segment_history *history, struct phases *phases,
                         const struct ring_header *header);

#endif
