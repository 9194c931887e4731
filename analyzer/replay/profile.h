/*
 * replay/profile.h - the whole pipeline as one call: recording -> chunks -> events in order ->
 * blocks -> sites. What reporters see.
 */
#ifndef OUTLIVE_REPLAY_PROFILE_H
#define OUTLIVE_REPLAY_PROFILE_H

#include "trace/address_map.h"
#include "base/error.h"
#include "trace/phases.h"
#include "trace/counts.h"
#include "replay/replay.h"
#include "segments/history.h"
#include "segments/self_view.h"
#include "trace/symbol_table.h"
#include "trace/reader.h"

#include <stddef.h>
#include <stdint.h>

/* Called now and then while events are read; `expected` is what the index promises. */
typedef void profile_progress(void *context, uint64_t events, uint64_t expected);

struct profile {
	const struct trace_process *process; /* the reader's */
	const char *name;                    /* of the recording; the reader's */
	struct address_map *map;
	struct phases *phases; /* with what was allocated in each */
	uint32_t phase_only;   /* only blocks born in it count; or PHASE_NUMBER_NONE */
	struct thread_choice threads_only; /* only their blocks count; none: all */
	const char *thread;                /* what these were chosen by; NULL: all */
	struct symbol_table *symbols;      /* by module number and offset */
	struct replay replay;              /* what became of the events, and their totals */
	struct segment_history segments;   /* how it used its memory over time */
	struct segment_pictures pictures;  /* and as it saw it itself */
	uint32_t runtimes;       /* enum segments_runtime, of all samples together */
	struct live_mark *marks; /* what was live at the time of each sample */
	struct live_mark *picture_marks; /* and of each picture */
	struct lost_counts lost;
	uint64_t peak_ns;     /* when the most bytes were live, since the start */
	uint64_t duration_ns; /* from the start to the last that was seen of it */
};

/*
 * Read everything of one process (an index of the reader's); its symbols as far as the
 * recording has them. The reader must outlive the profile. progress may be NULL. NULL
 * and *error: memory is out.
 */
struct profile *profile_read(struct trace_reader *reader, size_t process,
                             profile_progress *progress, void *context,
                             struct error *error);

/*
 * The number of a phase that the process was in; PHASE_NUMBER_NONE and *error: it was in
 * none of that name; those it was in are named.
 */
uint32_t profile_phase(const struct profile *profile, const char *name,
                       struct error *error);

/* Which blocks count; NULL: all. Borrowed for as long as the profile. */
struct profile_choice {
	const char *phase; /* that they were born in */
	const char
		*thread; /* that allocated them: tid, name or glob (replay/thread_choice.h) */
};

/*
 * The same of these blocks only. Also NULL and *error: there is no such phase or thread;
 * those there are are named. To choose by thread, all is read twice.
 */
struct profile *profile_read_chosen(struct trace_reader *reader, size_t process,
                                    const struct profile_choice *choice,
                                    profile_progress *progress, void *context,
                                    struct error *error);
void profile_free(struct profile *profile);

/* By number of the site. */
static inline const struct site *profile_site(const struct profile *profile,
                                              uint32_t site)
{
	return replay_site(&profile->replay, site);
}

static inline const struct site_life *profile_life(const struct profile *profile,
                                                   uint32_t site)
{
	return replay_life(&profile->replay, site);
}

#endif
