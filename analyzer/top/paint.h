/*
 * top/paint.h - draws a frame and what the keys have chosen.
 */
#ifndef OUTLIVE_TOP_PAINT_H
#define OUTLIVE_TOP_PAINT_H

#include "live/frame.h"
#include "top/control.h"

#include <stddef.h>

/* How many rows of a view a screen of that size has room for. */
size_t paint_page(size_t rows);

/* Draw all of it on the terminal. `frame` may be zeroed: nothing is known yet. */
void paint(const struct live_frame *frame, const struct control *control);

#endif
