/*
 * base/progress.h - a line of progress on stderr while something takes long; nothing if it is
 * quick, or if stderr is not a terminal.
 */
#ifndef OUTLIVE_BASE_PROGRESS_H
#define OUTLIVE_BASE_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct progress {
	const char *what;  /* such as "reading events" */
	uint64_t shown_ns; /* when the line was last drawn */
	uint64_t begun_ns;
	bool is_watched; /* stderr is a terminal */
	bool is_shown;
};

void progress_begin(struct progress *progress, const char *what);

/*
 * Call often; it draws after the first second, then ten times a second. `expected` 0: unknown.
 */
void progress_show(struct progress *progress, uint64_t done, uint64_t expected);

/* Erase the line, if it was drawn. */
void progress_end(struct progress *progress);

#endif
