/*
 * replay/profile.h - the whole pipeline in one call: recording -> chunks -> events in order ->
 * blocks -> call paths. Reporters work on its result.
 */
#ifndef OUTLIVE_REPLAY_PROFILE_H
#define OUTLIVE_REPLAY_PROFILE_H

#include "trace/address_map.h"
#include "base/error.h"
#include "trace/phases.h"
#include "trace/counts.h"
#include "replay/alive.h"
#include "replay/go_heap.h"
#include "replay/replay.h"
#include "segments/heap_map.h"
#include "segments/history.h"
#include "segments/self_view.h"
#include "symbols/symbolizer.h"
#include "trace/symbol_table.h"
#include "trace/reader.h"

#include <stddef.h>
#include <stdint.h>

/* Called now and then while events are read; `expected` is their number by the index. */
typedef void profile_progress(void *context, uint64_t events, uint64_t expected);

struct profile {
	const struct trace_process *process; /* borrowed from the reader */
	const char *name; /* symbols of the recording; borrowed from the reader */
	struct address_map *map;
	struct source_table source_table; /* what the recording, or a symbolizer, says */
	struct source_map sources;        /* of the addresses in the map */
	struct phases *phases;            /* with what was allocated in each */
	struct block_choice choice;       /* only these blocks count */
	struct symbol_table *symbols;     /* locations by module number and offset */
	/* by module: its names are not those of the recording, but the symbolizer's; NULL: none */
	bool *renamed;
	struct replay replay;            /* the result of all events, and their totals */
	struct segment_history segments; /* how the process used its memory over time */
	struct self_view views;          /* and the snapshots that it took itself */
	struct allocator_costs costs;    /* of the machine of the recording */
	uint32_t runtimes;         /* enum segments_runtime, of all snapshots together */
	struct heap_maps heaps;    /* pages of libc's heap; what they hold: replay.kept */
	struct go_heap go_heap;    /* what Go's sampler has counted */
	struct alive alive;        /* what a flight recorder's account has, whenever born */
	struct live_probe *probes; /* what was live at each snapshot from outside */
	struct live_probe *view_probes; /* and at each that the process took itself */
	struct lost_counts lost;
	uint64_t peak_ns;     /* since the start: when most bytes were live */
	uint64_t duration_ns; /* from the start to the last sign of the process */
};

/*
 * Read everything of one process (an index of the reader's), and its symbols as far as the
 * recording has them. The reader must outlive the profile. progress may be NULL. Returns NULL
 * and *error when memory is out.
 */
struct profile *profile_read(struct trace_reader *reader, size_t process,
                             profile_progress *progress, void *context,
                             struct error *error);

/*
 * The number of a phase that the process was in, by its name or a part that no other name has.
 * PHASE_NUMBER_NONE and *error: it was in no such phase, or the part is in several names; the
 * message lists those there are.
 */
uint32_t profile_phase(const struct profile *profile, const char *name,
                       struct error *error);

/* What is borrowed is borrowed for as long as the profile lives. */
struct profile_choice {
	/* which blocks count; NULL: all. Its phase is set by `phase`, if that is not NULL */
	const struct block_choice *blocks;
	const char *phase; /* the name of a phase; NULL: blocks of all phases count */
	/*
	 * Asked for what the recording lacks: names, and which functions were inlined. NULL: the
	 * recording is all there is.
	 */
	struct symbolizer *symbolizer;
	/*
	 * The symbolizer is asked anew about each module of which it knows more than the
	 * recording, and about no other: see replay/late_names.h.
	 */
	bool is_renaming;
	/*
	 * Follow no blocks: the profile is only made for the names of its addresses, and for
	 * what was inlined there. All that it counts is 0.
	 */
	bool is_for_names;
};

/*
 * The same for the chosen blocks only. Also returns NULL and *error if there is no such phase;
 * the message lists those there are.
 */
struct profile *profile_read_chosen(struct trace_reader *reader, size_t process,
                                    const struct profile_choice *choice,
                                    profile_progress *progress, void *context,
                                    struct error *error);
void profile_free(struct profile *profile);

/*
 * The frames of a source location, or of a machine location with all that was inlined there,
 * innermost first; *count 0: nothing is known of it. Borrowed from profile->symbols.
 */
const struct symbol_frame *profile_frames(const struct profile *profile,
                                          uint32_t location, size_t *count);
const struct symbol_frame *profile_machine_frames(const struct profile *profile,
                                                  uint32_t location, size_t *count);

/* What the last snapshot has of the stacks of goroutines, in bytes; 0: nothing is known. */
uint64_t profile_goroutine_stacks(const struct profile *profile);

/* How long before the process's last sign of life Go's own heap was counted. */
uint64_t profile_go_heap_age_ns(const struct profile *profile);

/*
 * Whether the process ended itself by _exit() or quick_exit(): what the destructors of its globals
 * would have freed was not freed.
 */
bool profile_ended_early(const struct profile *profile);

/*
 * Whether the recording ended before the process: a process that was attached to was let go, or
 * the process still ran when the trace ended, or runs now. Then nothing is known of the end of
 * blocks that were alive.
 */
bool profile_is_let_go(const struct profile *profile);

/* Whether only a sample of the blocks was recorded, so that all figures are estimates. */
static inline bool profile_is_sampled(const struct profile *profile)
{
	return profile->process->header.sample_bytes != 0;
}

/* What the blocks that count have in common, and all blocks, whether they count or not. */
struct block_totals profile_chosen(const struct profile *profile);
struct block_totals profile_all(const struct profile *profile);

/* By number of the call path. */
static inline const struct call_path *profile_path(const struct profile *profile,
                                                   uint32_t path)
{
	return replay_path(&profile->replay, path);
}

static inline const struct path_life *profile_life(const struct profile *profile,
                                                   uint32_t path)
{
	return replay_life(&profile->replay, path);
}

#endif
