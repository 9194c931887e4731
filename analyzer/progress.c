/* progress.c - one line on stderr while something takes long. Layer 1. */
#include "progress.h"

#include "text.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

#define PATIENCE_NS 1000000000
#define REDRAW_NS 100000000

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

void progress_begin(struct progress *progress, const char *what)
{
	*progress = (struct progress){ .what = what, .begun_ns = now_ns() };
	progress->is_watched = isatty(STDERR_FILENO);
}

void progress_show(struct progress *progress, uint64_t done, uint64_t expected)
{
	char percent[TEXT_NUMBER_BYTES], count[TEXT_NUMBER_BYTES];
	uint64_t now;

	if (!progress->is_watched)
		return;
	now = now_ns();
	if (now - progress->begun_ns < PATIENCE_NS || now - progress->shown_ns < REDRAW_NS)
		return;
	progress->shown_ns = now;
	progress->is_shown = true;
	fprintf(stderr, "\r%s: %s, %s  ", progress->what, text_short(count, done),
	        text_percent(percent, done < expected ? done : expected, expected));
	fflush(stderr);
}

void progress_end(struct progress *progress)
{
	if (progress->is_shown)
		fputs("\r\033[K", stderr);
	progress->is_shown = false;
}
