/*
 * base/watch_frame.h - text that is printed repeatedly at the same position of a terminal.
 *
 * A frame is built in memory and written at once, each line over the old one, so that nothing
 * flickers. The terminal's state is never changed, so that nothing must be restored on Ctrl-C.
 */
#ifndef OUTLIVE_BASE_WATCH_FRAME_H
#define OUTLIVE_BASE_WATCH_FRAME_H

#include <stddef.h>
#include <stdio.h>

struct watch_frame {
	FILE *file; /* print here */
	FILE *to;
	char *text;
	size_t bytes, rows;
};

/*
 * Begin a frame that will be written to `to`; `to` is not written until watch_frame_end(). If
 * it is not a terminal, or memory is out, frame->file is `to` itself, and frames follow one
 * another.
 */
void watch_frame_begin(struct watch_frame *frame, FILE *to);

/* Write the frame, as many of its lines as the terminal has rows. */
void watch_frame_end(struct watch_frame *frame);

#endif
