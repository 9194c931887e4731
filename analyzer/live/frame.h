/*
 * live/frame.h - what a screen shows of a followed process at one time: a copy, which stays as it
 * is while the process is followed on.
 */
#ifndef OUTLIVE_LIVE_FRAME_H
#define OUTLIVE_LIVE_FRAME_H

#include "base/error.h"
#include "live/rows.h"
#include "replay/timeline.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The first ones are those of enum live_group. */
enum live_view {
	LIVE_VIEW_SEGMENTS = LIVE_GROUPS,
	LIVE_VIEW_LOSSES,
	LIVE_VIEWS,
	LIVE_VIEW_FRAMES =
		LIVE_VIEWS, /* of one call path: not among the views to choose from */
};

#define LIVE_TEXT_BYTES 64
#define LIVE_NAME_BYTES 256

/* What a screen asks for. All but the texts and numbers of rows can be 0. */
struct live_request {
	unsigned view; /* enum live_view */
	uint64_t
		focus; /* call paths: only of this function; frames: of this path; 0: all */
	enum live_sort sort;
	bool is_ascending;
	char filter[LIVE_TEXT_BYTES]; /* only rows whose name has this; "": all */
	size_t first, count;          /* rows to show */
	/* a search begins whenever its number changes */
	char search[LIVE_TEXT_BYTES];
	unsigned search_number;
	size_t search_from;
	bool is_search_back;
	unsigned since_number;   /* growth is counted from now on whenever this changes */
	unsigned process_number; /* another process is followed whenever this changes */
};

/* A row of the screen; texts are not escaped. */
struct live_line {
	uint64_t key;
	int64_t cells[LIVE_SORTS]; /* by enum live_sort; see live_frame for other views */
	char name[LIVE_NAME_BYTES];
	char aside[LIVE_NAME_BYTES]; /* file and line, or module */
};

struct live_frame {
	struct live_request request; /* that it answers */
	char program[LIVE_NAME_BYTES];
	uint32_t pid;
	size_t process, process_count; /* from 0 */
	bool is_ended;
	bool is_all_ended;  /* and there is no other process in the recording */
	uint64_t time_ns;   /* what the figures are of: since the start of the process */
	uint64_t behind_ns; /* so much later it is by now, if events wait to be read */
	uint64_t since_ns;  /* growth is counted since then */
	struct live_counts all, since;
	double bytes_rate, calls_rate, frees_rate;
	uint64_t peak_bytes, events, lost, threads;
	uint64_t sample_bytes; /* of which one was sampled: figures are estimates; 0: all */
	/* most live bytes of each step of the run; all steps are equally long */
	uint64_t steps[TIMELINE_STEPS];
	size_t step_count;
	/*
	 * segments: cells are resident bytes, mapped bytes, growth of the resident; losses: the count;
	 * frames: none
	 */
	struct live_line *lines; /* from row `first` on */
	size_t first, count, capacity;
	size_t row_count; /* in all */
	bool is_found;    /* the search found a row: */
	size_t found;
	bool has_segments;  /* there was a snapshot */
	struct error error; /* "": none; else it is the last frame */
};

void live_frame_release(struct live_frame *frame);

#endif
