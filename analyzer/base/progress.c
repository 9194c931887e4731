/* base/progress.c - a line of progress on stderr. */
#include "base/progress.h"

#include "base/kernel_clock.h"
#include "base/text.h"

#include <stdio.h>
#include <unistd.h>

/*
 * A command that takes less than a second shows no line; then it is drawn ten times a second.
 */
#define PATIENCE_NS 1000000000
#define REDRAW_NS 100000000

void progress_begin(struct progress *progress, const char *what)
{
	*progress = (struct progress){ .what = what, .begun_ns = kernel_now_ns() };
	progress->is_watched = isatty(STDERR_FILENO);
}

void progress_show(struct progress *progress, uint64_t done, uint64_t expected)
{
	char percent[TEXT_NUMBER_BYTES], count[TEXT_NUMBER_BYTES];
	uint64_t now;

	if (!progress->is_watched)
		return;
	now = kernel_now_ns();
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
