/*
 * live/rows.h - the rows of a view: functions, call paths, modules, owners or threads (and
 * goroutines that begin with one function), with what each has now, had when growth began to be
 * counted, and had a short time ago.
 *
 * Which function a call path counts for is worked out now and then, so that it takes no more than
 * a hundredth of a processor; the figures are summed each time.
 */
#ifndef OUTLIVE_LIVE_ROWS_H
#define OUTLIVE_LIVE_ROWS_H

#include "live/moment.h"
#include "report/rows.h"
#include "verdict/classes.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum live_group {
	LIVE_BY_FUNCTION,
	LIVE_BY_PATH,
	LIVE_BY_MODULE,
	LIVE_BY_OWNER, /* blocks that have ended, by the function whose frame they belonged to */
	LIVE_BY_THREAD,
	LIVE_GROUPS,
};

enum live_sort {
	LIVE_SORT_LIVE,
	LIVE_SORT_BLOCKS,
	LIVE_SORT_GROWTH,
	LIVE_SORT_RATE,  /* bytes a second */
	LIVE_SORT_CALLS, /* calls a second */
	LIVE_SORT_BYTES, /* since the start */
	LIVE_SORT_TOTAL, /* calls since the start */
	LIVE_SORTS,
};

struct live_row {
	uint64_t key; /* the same for as long as the process is followed */
	struct live_counts now, since, before;
	struct stack_name name; /* of a function, call path, module or owner */
	uint32_t path;          /* a call path of the row; 0: none */
	/* of a thread; of goroutines, whose figures it sums: one of them, and how many there are */
	const struct thread *thread;
	uint64_t goroutines;
};

/* What the figures of rows are compared with. */
struct live_compare {
	const struct live_moment *since, *before;
	double seconds; /* since `before` */
};

struct live_rows {
	struct live_row *rows;
	size_t count, capacity;
	enum live_group group;
	/* how call paths are grouped now; what owns blocks was of these classes */
	struct classes *classes;
	struct report_rows groups;
	uint32_t *row_of_path;
	size_t grouped_paths;
	bool is_grouped;
	uint64_t grouped_ns, cost_ns; /* when, and how long it took */
};

/*
 * Make the rows of a group, sorted: the largest first, or the smallest. Names are borrowed from the
 * profile. 0, or -1: memory is out.
 */
int live_rows_make(struct live_rows *rows, const struct profile *profile,
                   enum live_group group, const struct live_compare *compare);
void live_rows_sort(struct live_rows *rows, enum live_sort sort, bool is_ascending,
                    const struct live_compare *compare);
void live_rows_release(struct live_rows *rows);

/* The name of a row of a thread, or of goroutines: "goroutines of main.worker". */
#define LIVE_ROW_NAME_BYTES 256
void live_row_thread_name(char *name, size_t bytes, const struct profile *profile,
                          const struct live_row *row);

/* Which group of functions a call path counts for: the key of its row by function. */
uint64_t live_rows_function_key(const struct stack_name *name);

/* What a row is sorted by. */
int64_t live_row_weight(const struct live_row *row, enum live_sort sort,
                        const struct live_compare *compare);

/* Its figure per second, of two counts. */
double live_rate(uint64_t now, uint64_t before, double seconds);

#endif
