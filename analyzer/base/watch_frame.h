/*
 * base/watch_frame.h - text that is printed again and again at the same place of a terminal.
 *
 * A frame is made in memory and written at once, each line over the one that was there, so
 * that nothing flickers; nothing of the terminal's state is changed, so that nothing needs
 * to be restored when Ctrl-C comes.
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
 * Begin a frame that goes to `to`, which stays where it is until the end. Where that is no
 * terminal, or memory is out, frame->file is `to` itself: frames come one after the other.
 */
void watch_frame_begin(struct watch_frame *frame, FILE *to);

/* Show as many of its lines as the terminal has. */
void watch_frame_end(struct watch_frame *frame);

#endif
