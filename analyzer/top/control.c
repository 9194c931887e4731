/* top/control.c - what the keys do. */
#include "top/control.h"

#include "top/terminal.h"

#include <stdio.h>
#include <string.h>

/* Rows are asked for around those that are shown, so that a page more is there at once. */
#define REQUEST_MIN 32

void control_begin(struct control *control, enum live_view view, bool owns_program)
{
	*control = (struct control){ .request = { .view = view, .count = REQUEST_MIN },
		                         .page = 1,
		                         .owns_program = owns_program };
}

/* ---- which rows ---- */

/* Have the cursor on the screen. */
static bool window_set(struct control *control)
{
	struct live_request *request = &control->request;
	size_t first = request->first, count = control->page;

	if (control->cursor < first)
		first = control->cursor;
	if (control->cursor >= first + control->page)
		first = control->cursor + 1 - control->page;
	if (first == request->first && count == request->count)
		return false;
	request->first = first;
	request->count = count;
	return true;
}

static bool cursor_set(struct control *control, size_t cursor)
{
	size_t last = control->row_count ? control->row_count - 1 : 0;

	control->cursor = cursor < last ? cursor : last;
	window_set(control);
	return true;
}

static bool cursor_move(struct control *control, long by)
{
	size_t up = (size_t)-by;

	if (by < 0)
		return cursor_set(control, control->cursor > up ? control->cursor - up : 0);
	return cursor_set(control, control->cursor + (size_t)by);
}

bool control_resize(struct control *control, size_t page)
{
	if (page == control->page && control->request.count == page)
		return false;
	control->page = page ? page : 1;
	return window_set(control);
}

bool control_frame(struct control *control, const struct live_frame *frame)
{
	const struct live_request *request = &control->request;
	bool is_answer = frame->request.view == request->view &&
	                 frame->request.focus == request->focus;

	if (!is_answer)
		return false;
	control->row_count = frame->row_count;
	if (request->search_number != control->search_seen &&
	    frame->request.search_number == request->search_number) {
		control->search_seen = request->search_number;
		if (frame->is_found)
			return cursor_set(control, frame->found);
		snprintf(control->message, sizeof(control->message), "not found: %s",
		         request->search);
	}
	if (control->cursor < control->row_count || !control->cursor)
		return false;
	return cursor_set(control, control->cursor);
}

/* ---- views ---- */

static void top_go(struct control *control)
{
	control->cursor = 0;
	control->request.first = 0;
}

static bool view_set(struct control *control, unsigned view)
{
	struct live_request *request = &control->request;

	request->view = view % LIVE_VIEWS;
	request->focus = 0;
	request->filter[0] = 0;
	control->depth = 0;
	top_go(control);
	return true;
}

/* A view that is none to choose from belongs to the one that it was entered from. */
static bool view_next(struct control *control, unsigned by)
{
	unsigned view = control->depth ? control->places[0].request.view
	                               : control->request.view;

	return view_set(control, view + by);
}

/* Enter what the cursor is on: the call paths of a function, the frames of a call path. */
static bool row_enter(struct control *control, const struct live_frame *frame)
{
	struct live_request *request = &control->request;
	const struct live_line *line;
	unsigned view;

	if (control->cursor < frame->first ||
	    control->cursor - frame->first >= frame->count ||
	    frame->request.view != request->view || control->depth == CONTROL_DEPTH_MAX)
		return false;
	line = &frame->lines[control->cursor - frame->first];
	if (request->view == LIVE_BY_FUNCTION)
		view = LIVE_BY_PATH;
	else if (request->view == LIVE_BY_PATH)
		view = LIVE_VIEW_FRAMES;
	else
		return false;
	control->places[control->depth++] = (struct control_place){ *request,
		                                                        control->cursor };
	request->view = view;
	request->focus = line->key;
	request->filter[0] = 0;
	top_go(control);
	return true;
}

/* Back to what was entered from; without that, a filter is taken away. */
static bool row_leave(struct control *control)
{
	const struct control_place *place;
	struct live_request *request = &control->request;

	if (!control->depth) {
		if (!*request->filter)
			return false;
		request->filter[0] = 0;
		top_go(control);
		return true;
	}
	place = &control->places[--control->depth];
	request->view = place->request.view;
	request->focus = place->request.focus;
	memcpy(request->filter, place->request.filter, sizeof(request->filter));
	request->first = place->request.first;
	control->cursor = place->cursor;
	return true;
}

/* ---- typing ---- */

static bool typing_begin(struct control *control, enum control_mode mode)
{
	control->mode = mode;
	control->typed[0] = 0;
	if (mode == CONTROL_FILTER)
		memcpy(control->typed, control->request.filter, sizeof(control->typed));
	return false;
}

static bool search_begin(struct control *control, bool is_back)
{
	struct live_request *request = &control->request;

	if (!*request->search)
		return false;
	request->search_from = control->cursor;
	request->is_search_back = is_back;
	request->search_number++;
	return true;
}

static bool typing_end(struct control *control)
{
	struct live_request *request = &control->request;
	enum control_mode mode = control->mode;

	control->mode = CONTROL_ROWS;
	if (mode == CONTROL_SEARCH) {
		/* nothing typed: the same again, as in less */
		if (*control->typed)
			memcpy(request->search, control->typed, sizeof(request->search));
		return search_begin(control, false);
	}
	memcpy(request->filter, control->typed, sizeof(request->filter));
	top_go(control);
	return true;
}

/* Take away the last character, which may have several bytes. */
static void typed_shorten(char *typed)
{
	size_t bytes = strlen(typed);

	while (bytes && ((unsigned char)typed[bytes - 1] & 0xc0) == 0x80)
		bytes--;
	typed[bytes ? bytes - 1 : 0] = 0;
}

/* Add a character as UTF-8, if there is room. */
static void typed_extend(char *typed, uint32_t point)
{
	size_t bytes = strlen(typed);
	char character[5] = "";

	if (point < 0x80) {
		character[0] = (char)point;
	} else if (point < 0x800) {
		character[0] = (char)(0xc0 | point >> 6);
		character[1] = (char)(0x80 | (point & 0x3f));
	} else if (point < 0x10000) {
		character[0] = (char)(0xe0 | point >> 12);
		character[1] = (char)(0x80 | (point >> 6 & 0x3f));
		character[2] = (char)(0x80 | (point & 0x3f));
	} else {
		return;
	}
	if (bytes + strlen(character) < LIVE_TEXT_BYTES)
		strcat(typed, character);
}

static bool typing_key(struct control *control, int key)
{
	if (key == KEY_OF_ENTER)
		return typing_end(control);
	if (key == KEY_OF_ESCAPE || (key == KEY_OF_ERASE && !*control->typed)) {
		control->mode = CONTROL_ROWS;
		return false;
	}
	if (key == KEY_OF_ERASE)
		typed_shorten(control->typed);
	else if (key >= ' ' && key < KEY_OF_UP)
		typed_extend(control->typed, (uint32_t)key);
	return false;
}

/* ---- keys ---- */

static bool sort_next(struct control *control, int by)
{
	struct live_request *request = &control->request;

	request->sort = (enum live_sort)(((int)request->sort + by + LIVE_SORTS) %
	                                 LIVE_SORTS);
	top_go(control);
	return true;
}

static bool sort_set(struct control *control, enum live_sort sort)
{
	control->request.sort = sort;
	return sort_next(control, 0);
}

static bool quit_ask(struct control *control, const struct live_frame *frame)
{
	if (control->owns_program && !frame->is_all_ended)
		control->mode = CONTROL_LEAVE;
	else
		control->end = CONTROL_QUIT;
	return false;
}

static bool leave_key(struct control *control, int key)
{
	control->mode = CONTROL_ROWS;
	if (key == 'k')
		control->end = CONTROL_KILL;
	else if (key == 'l')
		control->end = CONTROL_QUIT;
	return false;
}

/* Keys that move the cursor. -1: it is none of them. */
static int moving_key(struct control *control, int key)
{
	long page = (long)control->page;

	switch (key) {
	case KEY_OF_UP:
	case 'k': return cursor_move(control, -1);
	case KEY_OF_DOWN:
	case 'j': return cursor_move(control, 1);
	case KEY_OF_PAGE_UP:
	case 'b': return cursor_move(control, -page);
	case KEY_OF_PAGE_DOWN:
	case 'd': return cursor_move(control, page);
	case KEY_OF_FIRST:
	case 'g': return cursor_set(control, 0);
	case KEY_OF_LAST:
	case 'G': return cursor_set(control, control->row_count);
	}
	return -1;
}

/* Keys that choose what is shown, and in which order. -1: it is none of them. */
static int choosing_key(struct control *control, int key)
{
	if (key >= '1' && key < '1' + LIVE_VIEWS)
		return view_set(control, (unsigned)(key - '1'));
	switch (key) {
	case KEY_OF_TAB:
	case KEY_OF_RIGHT: return view_next(control, 1);
	case KEY_OF_TAB_BACK:
	case KEY_OF_LEFT: return view_next(control, LIVE_VIEWS - 1);
	case KEY_OF_SORT:
	case '>': return sort_next(control, 1);
	case '<': return sort_next(control, -1);
	case 'L': return sort_set(control, LIVE_SORT_LIVE);
	case 'N': return sort_set(control, LIVE_SORT_BLOCKS);
	case 'D': return sort_set(control, LIVE_SORT_GROWTH);
	case 'R': return sort_set(control, LIVE_SORT_RATE);
	case 'C': return sort_set(control, LIVE_SORT_CALLS);
	case 'B': return sort_set(control, LIVE_SORT_BYTES);
	case 'I':
		control->request.is_ascending = !control->request.is_ascending;
		return true;
	}
	return -1;
}

static bool rows_key(struct control *control, int key, const struct live_frame *frame)
{
	int result = moving_key(control, key);

	if (result < 0)
		result = choosing_key(control, key);
	if (result >= 0)
		return result;
	switch (key) {
	case KEY_OF_ENTER: return row_enter(control, frame);
	case KEY_OF_ESCAPE:
	case KEY_OF_ERASE: return row_leave(control);
	case KEY_OF_SEARCH:
	case '/': return typing_begin(control, CONTROL_SEARCH);
	case KEY_OF_FILTER:
	case 'f':
	case '\\': return typing_begin(control, CONTROL_FILTER);
	case 'n': return search_begin(control, false);
	case 'p': return search_begin(control, true);
	case 'm': control->request.since_number++; return true;
	case 'P':
		control->request.process_number++;
		return view_set(control, control->request.view);
	case ' ': control->is_frozen = !control->is_frozen; return true;
	case KEY_OF_HELP:
	case 'h':
	case '?': control->mode = CONTROL_HELP; return false;
	case KEY_OF_QUIT:
	case 'q': return quit_ask(control, frame);
	}
	return false;
}

bool control_key(struct control *control, int key, const struct live_frame *frame)
{
	control->message[0] = 0;
	switch (control->mode) {
	case CONTROL_SEARCH:
	case CONTROL_FILTER: return typing_key(control, key);
	case CONTROL_LEAVE: return leave_key(control, key);
	case CONTROL_HELP: control->mode = CONTROL_ROWS; return false;
	case CONTROL_ROWS: break;
	}
	return rows_key(control, key, frame);
}
