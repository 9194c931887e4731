/* top/paint.c - draws a frame and what the keys have chosen. */
#include "top/paint.h"

#include "top/help.h"
#include "top/terminal.h"
#include "base/text.h"

#include <stdio.h>
#include <string.h>

/*
 * What there is besides the rows of a view: the program, its figures in two lines, their graph, the
 * views, the titles of columns, and the line at the bottom. On a low screen the graph goes first,
 * then the second line of figures, then the views.
 */
#define ROWS_ALL 14
#define ROWS_FEW 10
#define ROWS_LEAST 7
#define NAME_COLUMNS_MIN 22
#define CELL_GAP 2

/* ---- which lines there are ---- */

static size_t head_rows(size_t rows)
{
	return rows >= ROWS_ALL ? 5 : rows >= ROWS_FEW ? 4 : rows >= ROWS_LEAST ? 2 : 1;
}

size_t paint_page(size_t rows)
{
	size_t others = head_rows(rows) + 2; /* titles, and the bottom */

	return rows > others ? rows - others : 1;
}

/* ---- figures ---- */

static const char *signed_size(char text[TEXT_NUMBER_BYTES], int64_t bytes)
{
	uint64_t size = bytes < 0 ? -(uint64_t)bytes : (uint64_t)bytes;

	text[0] = bytes < 0 ? '-' : '+';
	text_size(text + (bytes != 0), size);
	return text;
}

static void program_put(const struct live_frame *frame, const struct control *control)
{
	char side[128], line[LIVE_NAME_BYTES + 32], behind[TEXT_NUMBER_BYTES],
		which[48] = "";
	size_t columns = terminal_columns(), side_columns;
	const char *state = frame->is_ended ? "ended" : "running";

	if (frame->process_count > 1)
		snprintf(which, sizeof(which), "%zu of %zu  ", frame->process + 1,
		         frame->process_count);
	if (!frame->pid)
		snprintf(side, sizeof(side), "reading ..");
	else if (control->is_frozen)
		snprintf(side, sizeof(side), "%spid %u  FROZEN", which, frame->pid);
	else if (frame->behind_ns > UINT64_C(1000000000))
		snprintf(side, sizeof(side), "%spid %u  %s behind", which, frame->pid,
		         text_duration(behind, frame->behind_ns));
	else
		snprintf(side, sizeof(side), "%spid %u  %s", which, frame->pid, state);
	side_columns = text_columns(side);
	snprintf(line, sizeof(line), "outlive top: %s", frame->program);
	if (columns > side_columns + 12) {
		terminal_put(0, 0, columns - side_columns - 2, STYLE_BOLD, TEXT_KEEP_START,
		             line);
		terminal_put(0, columns - side_columns, side_columns,
		             control->is_frozen ? STYLE_ALARM : STYLE_PLAIN, TEXT_KEEP_START,
		             side);
	} else {
		terminal_put(0, 0, columns, STYLE_BOLD, TEXT_KEEP_START, side);
	}
}

/* What is live, and how it grew. */
static void live_put(const struct live_frame *frame, size_t row)
{
	char size[TEXT_NUMBER_BYTES], blocks[TEXT_NUMBER_BYTES], peak[TEXT_NUMBER_BYTES];
	char growth[TEXT_NUMBER_BYTES], span[TEXT_NUMBER_BYTES], line[256];
	int64_t grown = (int64_t)(frame->all.live_bytes - frame->since.live_bytes);
	size_t columns = terminal_columns(), used;

	snprintf(line, sizeof(line), "live %s in %s blocks  peak %s  ",
	         text_size(size, frame->all.live_bytes),
	         text_short(blocks, frame->all.live_blocks),
	         text_size(peak, frame->peak_bytes));
	used = terminal_put(row, 0, columns, STYLE_PLAIN, TEXT_KEEP_START, line);
	/* text_fit() may have left out spaces at the end */
	used = strlen(line) < columns ? strlen(line) : used;
	if (used >= columns)
		return;
	snprintf(line, sizeof(line), "%s in %s", signed_size(growth, grown),
	         text_duration(span, frame->time_ns - frame->since_ns));
	terminal_put(row, used, columns - used,
	             grown > 0   ? STYLE_MORE
	             : grown < 0 ? STYLE_LESS
	                         : STYLE_PLAIN,
	             TEXT_KEEP_START, line);
}

static void rates_put(const struct live_frame *frame, size_t row)
{
	char bytes[TEXT_NUMBER_BYTES], calls[TEXT_NUMBER_BYTES], frees[TEXT_NUMBER_BYTES];
	char lost[TEXT_NUMBER_BYTES], mean[TEXT_NUMBER_BYTES], sample[64] = "", line[256];

	if (frame->sample_bytes)
		snprintf(sample, sizeof(sample), "  estimates: 1 in %s sampled",
		         text_size(mean, frame->sample_bytes));
	snprintf(line, sizeof(line),
	         "a second: %s in %s calls, %s frees  %llu thread%s  lost %s%s",
	         text_size(bytes, (uint64_t)frame->bytes_rate),
	         text_short(calls, (uint64_t)frame->calls_rate),
	         text_short(frees, (uint64_t)frame->frees_rate),
	         (unsigned long long)frame->threads, text_s(frame->threads),
	         text_short(lost, frame->lost), sample);
	terminal_put(row, 0, terminal_columns(), frame->lost ? STYLE_ALARM : STYLE_PLAIN,
	             TEXT_KEEP_START, line);
}

/* Live bytes over the run, as high as one line allows. */
static void graph_put(const struct live_frame *frame, size_t row)
{
	static const char *const blocks[] = { " ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█" };
	static const char *const letters[] = {
		" ", "_", "_", ".", ".", "-", "-", "=", "#"
	};
	const char *const *levels = terminal_has_blocks() ? blocks : letters;
	size_t columns = terminal_columns(), width, i, step;
	uint64_t most = 0;
	char line[1024] = "over the run |";

	for (i = 0; i < frame->step_count; i++)
		most = frame->steps[i] > most ? frame->steps[i] : most;
	width = columns > 30 ? columns - 16 : 14;
	if (width > frame->step_count)
		width = frame->step_count;
	for (i = 0; i < width && most; i++) {
		step = width > 1 ? i * (frame->step_count - 1) / (width - 1) : 0;
		strcat(line, levels[(size_t)((double)frame->steps[step] * 8 / (double)most)]);
		if (strlen(line) > sizeof(line) - 8)
			break;
	}
	strcat(line, "|");
	terminal_put(row, 0, columns, STYLE_DIM, TEXT_KEEP_START, line);
}

/* ---- views ---- */

static const char *const view_titles[LIVE_VIEWS] = {
	"functions", "call paths", "modules", "owners", "threads", "segments", "losses",
};

static void views_put(const struct control *control, size_t row)
{
	unsigned shown = control->depth ? control->places[0].request.view
	                                : control->request.view;
	size_t column = 0, columns = terminal_columns(), width;
	char title[32];
	unsigned view;

	for (view = 0; view < LIVE_VIEWS && column < columns; view++) {
		snprintf(title, sizeof(title), "%u %s", view + 1, view_titles[view]);
		/* on a narrow screen only the one that is shown has its name */
		if (columns < 75 && view != shown)
			snprintf(title, sizeof(title), "%u", view + 1);
		width = strlen(title);
		if (width > columns - column)
			width = columns - column;
		terminal_put(row, column, width, view == shown ? STYLE_CURSOR : STYLE_PLAIN,
		             TEXT_KEEP_START, title);
		column += width + 1;
	}
}

/* ---- columns ---- */

enum cell_kind { CELL_SIZE, CELL_COUNT, CELL_GROWTH };

struct column {
	const char *title;
	unsigned cell; /* of live_line */
	enum cell_kind kind;
	unsigned width;
	unsigned rank; /* those with the highest go first where there is no room */
};

#define COLUMNS_MAX 7

static const struct column rows_columns[] = {
	{ "live", LIVE_SORT_LIVE, CELL_SIZE, 8, 0 },
	{ "blocks", LIVE_SORT_BLOCKS, CELL_COUNT, 6, 3 },
	{ "growth", LIVE_SORT_GROWTH, CELL_GROWTH, 9, 1 },
	{ "bytes/s", LIVE_SORT_RATE, CELL_SIZE, 8, 2 },
	{ "calls/s", LIVE_SORT_CALLS, CELL_COUNT, 7, 4 },
	{ "all bytes", LIVE_SORT_BYTES, CELL_SIZE, 9, 5 },
	{ "calls", LIVE_SORT_TOTAL, CELL_COUNT, 6, 6 },
};
static const struct column owner_columns[] = {
	{ "bytes", LIVE_SORT_BYTES, CELL_SIZE, 8, 0 },
	{ "blocks", LIVE_SORT_TOTAL, CELL_COUNT, 6, 1 },
};
static const struct column segment_columns[] = {
	{ "resident", 0, CELL_SIZE, 8, 0 },
	{ "growth", 2, CELL_GROWTH, 9, 1 },
	{ "mapped", 1, CELL_SIZE, 8, 2 },
};
static const struct column loss_columns[] = {
	{ "count", 0, CELL_COUNT, 6, 0 },
};

/* The columns of a view, and their number. */
static const struct column *columns_of(unsigned view, size_t *count)
{
	switch (view) {
	case LIVE_BY_OWNER: *count = 2; return owner_columns;
	case LIVE_VIEW_SEGMENTS: *count = 3; return segment_columns;
	case LIVE_VIEW_LOSSES: *count = 1; return loss_columns;
	case LIVE_VIEW_FRAMES: *count = 0; return loss_columns;
	}
	*count = sizeof(rows_columns) / sizeof(rows_columns[0]);
	return rows_columns;
}

/* How many columns a screen of that width has room for, by rank; *used: their width. */
static unsigned ranks_fit(const struct column *columns, size_t count, size_t *used)
{
	size_t width = terminal_columns(), i;
	unsigned ranks = 0;

	*used = 0;
	for (; ranks < count; ranks++) {
		for (i = 0; i < count && columns[i].rank != ranks; i++)
			;
		if (*used + columns[i].width + CELL_GAP + NAME_COLUMNS_MIN > width && ranks)
			break;
		*used += columns[i].width + CELL_GAP;
	}
	return ranks;
}

static const char *cell_text(char text[TEXT_NUMBER_BYTES], const struct column *column,
                             int64_t value)
{
	switch (column->kind) {
	case CELL_SIZE: return text_size(text, (uint64_t)value);
	case CELL_COUNT: return text_short(text, (uint64_t)value);
	case CELL_GROWTH: break;
	}
	return value ? signed_size(text, value) : "";
}

static enum style cell_style(const struct column *column, int64_t value,
                             enum style style)
{
	if (style != STYLE_PLAIN || column->kind != CELL_GROWTH)
		return style;
	return value > 0 ? STYLE_MORE : value < 0 ? STYLE_LESS : style;
}

static const char *name_title(unsigned view)
{
	switch (view) {
	case LIVE_BY_FUNCTION: return "function";
	case LIVE_BY_PATH: return "call path";
	case LIVE_BY_MODULE: return "module";
	case LIVE_BY_OWNER: return "owner of blocks that have ended";
	case LIVE_BY_THREAD: return "thread";
	case LIVE_VIEW_SEGMENTS: return "segment";
	case LIVE_VIEW_LOSSES: return "why";
	}
	return "frames, innermost first";
}

static void titles_put(const struct control *control, size_t row)
{
	size_t count, used, column = 0, i, width = terminal_columns();
	const struct column *columns = columns_of(control->request.view, &count);
	unsigned ranks = ranks_fit(columns, count, &used);
	bool is_sorted = control->request.view <= LIVE_BY_THREAD &&
	                 control->request.view != LIVE_BY_OWNER;
	char title[128];

	for (i = 0; i < count; i++) {
		if (columns[i].rank >= ranks)
			continue;
		snprintf(title, sizeof(title), "%*s", (int)columns[i].width, columns[i].title);
		if (is_sorted && columns[i].cell == control->request.sort) {
			terminal_put(row, column, columns[i].width, STYLE_CURSOR, TEXT_KEEP_END,
			             title);
			terminal_put(row, column + columns[i].width, CELL_GAP, STYLE_HEAD,
			             TEXT_KEEP_START, "");
		} else {
			terminal_put(row, column, columns[i].width + CELL_GAP, STYLE_HEAD,
			             TEXT_KEEP_START, title);
		}
		column += columns[i].width + CELL_GAP;
	}
	snprintf(title, sizeof(title), "%s%s%s%s", name_title(control->request.view),
	         *control->request.filter ? "  (filter: " : "", control->request.filter,
	         *control->request.filter ? ")" : "");
	if (column < width)
		terminal_put(row, column, width - column, STYLE_HEAD, TEXT_KEEP_START, title);
}

/* ---- rows ---- */

/* The name, and beside it what there is room for. */
static void name_put(const struct live_line *line, size_t row, size_t column,
                     enum style style)
{
	size_t width = terminal_columns(), room, used;

	if (column >= width)
		return;
	room = width - column;
	used = terminal_put(row, column, room, style, TEXT_KEEP_BOTH, line->name);
	if (*line->aside && used + 6 < room)
		terminal_put(row, column + used + 2, room - used - 2,
		             style == STYLE_PLAIN ? STYLE_DIM : style, TEXT_KEEP_END,
		             line->aside);
}

static void line_put(const struct live_line *line, unsigned view, size_t row,
                     enum style style)
{
	char text[TEXT_NUMBER_BYTES], cell[64];
	size_t count, used, column = 0, i;
	const struct column *columns = columns_of(view, &count);
	unsigned ranks = ranks_fit(columns, count, &used);
	int64_t value;

	for (i = 0; i < count; i++) {
		if (columns[i].rank >= ranks)
			continue;
		value = line->cells[columns[i].cell];
		snprintf(cell, sizeof(cell), "%*s", (int)columns[i].width,
		         cell_text(text, &columns[i], value));
		terminal_put(row, column, columns[i].width + CELL_GAP,
		             cell_style(&columns[i], value, style), TEXT_KEEP_START, cell);
		column += columns[i].width + CELL_GAP;
	}
	name_put(line, row, column, style);
}

/* Why there are no rows. */
static const char *nothing_text(const struct live_frame *frame)
{
	const struct live_request *request = &frame->request;

	if (!frame->pid)
		return "";
	if (*request->filter)
		return "nothing has that in its name: Esc takes the filter away";
	switch (request->view) {
	case LIVE_VIEW_SEGMENTS: return "the recording has no snapshot of the memory yet";
	case LIVE_VIEW_LOSSES: return "nothing was lost";
	case LIVE_BY_OWNER: return "no block has ended yet";
	}
	return "nothing was allocated yet";
}

static void rows_put(const struct live_frame *frame, const struct control *control,
                     size_t row)
{
	size_t i, number;

	if (frame->request.view != control->request.view ||
	    frame->request.focus != control->request.focus)
		return; /* the frame of the view that was left */
	if (!frame->row_count)
		terminal_put(row, 0, terminal_columns(), STYLE_PLAIN, TEXT_KEEP_START,
		             nothing_text(frame));
	for (i = 0; i < control->page; i++) {
		number = control->request.first + i;
		if (number < frame->first || number - frame->first >= frame->count)
			continue;
		line_put(&frame->lines[number - frame->first], frame->request.view, row + i,
		         number == control->cursor ? STYLE_CURSOR : STYLE_PLAIN);
	}
}

/* ---- the bottom ---- */

static void bottom_put(const struct live_frame *frame, const struct control *control,
                       size_t row)
{
	size_t columns = terminal_columns(), side_columns;
	char line[2 * LIVE_TEXT_BYTES + 32], side[64];
	const char *text = line;

	if (control->mode == CONTROL_SEARCH)
		snprintf(line, sizeof(line), "search: %s_", control->typed);
	else if (control->mode == CONTROL_FILTER)
		snprintf(line, sizeof(line), "filter: %s_", control->typed);
	else if (control->mode == CONTROL_LEAVE)
		text = "it still runs: k kill it, l leave it running, other keys: stay";
	else if (*control->message)
		text = control->message;
	else
		text = columns < 60 ? "? help  q quit"
		                    : "? help  / search  f filter  m growth from now  space "
		                      "freeze  q quit";
	snprintf(side, sizeof(side), "%zu/%zu", control->cursor + (frame->row_count > 0),
	         frame->row_count);
	side_columns = strlen(side);
	if (columns <= side_columns + 2)
		return;
	terminal_put(row, 0, columns - side_columns - 1, STYLE_BOLD, TEXT_KEEP_START, text);
	terminal_put(row, columns - side_columns, side_columns, STYLE_PLAIN,
	             TEXT_KEEP_START, side);
}

void paint(const struct live_frame *frame, const struct control *control)
{
	size_t rows = terminal_rows(), head = head_rows(rows);

	terminal_erase();
	if (control->mode == CONTROL_HELP) {
		help_put();
		terminal_show();
		return;
	}
	program_put(frame, control);
	if (head > 1)
		live_put(frame, 1);
	if (head > 3)
		rates_put(frame, 2);
	if (head > 4)
		graph_put(frame, 3);
	if (head > 3)
		views_put(control, head - 1);
	titles_put(control, head);
	rows_put(frame, control, head + 1);
	if (rows > 2)
		bottom_put(frame, control, rows - 1);
	terminal_show();
}
