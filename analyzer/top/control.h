/*
 * top/control.h - what the keys do: which rows are asked for, where the cursor is, what is being
 * typed. Knows no terminal.
 */
#ifndef OUTLIVE_TOP_CONTROL_H
#define OUTLIVE_TOP_CONTROL_H

#include "live/frame.h"

#include <stdbool.h>
#include <stddef.h>

enum control_mode {
	CONTROL_ROWS,
	CONTROL_HELP,
	CONTROL_SEARCH, /* a line is being typed */
	CONTROL_FILTER,
	CONTROL_LEAVE, /* the program still runs: end it, or leave it? */
};

/* What was shown before something was entered. */
struct control_place {
	struct live_request request;
	size_t cursor;
};
#define CONTROL_DEPTH_MAX 4

/* How the program that top started ends. */
enum control_end {
	CONTROL_GOES_ON,
	CONTROL_QUIT,
	CONTROL_KILL, /* and end the program */
};

struct control {
	struct live_request request; /* to ask for */
	bool is_frozen;
	enum control_mode mode;
	size_t cursor;    /* the row that keys are about */
	size_t page;      /* rows that the screen has room for */
	size_t row_count; /* of the last frame */
	char typed[LIVE_TEXT_BYTES];
	char message[2 * LIVE_TEXT_BYTES]; /* shown until the next key; "": none */
	struct control_place places[CONTROL_DEPTH_MAX];
	size_t depth;
	unsigned search_seen; /* the search whose result was taken */
	bool owns_program;    /* top started it: it ends with top, or not */
	enum control_end end;
};

void control_begin(struct control *control, enum live_view view, bool owns_program);

/* A key was pressed while `frame` was shown. True: ask for another frame. */
bool control_key(struct control *control, int key, const struct live_frame *frame);

/* A frame has come: the cursor stays among its rows. True: ask for another frame. */
bool control_frame(struct control *control, const struct live_frame *frame);

/* The screen has room for so many rows. True: ask for another frame. */
bool control_resize(struct control *control, size_t page);

#endif
