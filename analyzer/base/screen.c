/* base/screen.c - fits text for people to the width of their screen. */
#include "base/screen.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* The variables in the order in which setlocale() reads them: the first that is set decides. */
static bool locale_is_utf8(void)
{
	static const char *const variables[] = { "LC_ALL", "LC_CTYPE", "LANG" };
	const char *value;
	size_t i;

	for (i = 0; i < 3; i++) {
		value = getenv(variables[i]);
		if (value && *value)
			return strcasestr(value, "utf-8") || strcasestr(value, "utf8");
	}
	return false;
}

struct screen screen_of(FILE *file)
{
	size_t columns = text_terminal_columns(file);

	return (struct screen){
		.file = file,
		.columns = columns,
		.is_narrow = columns < SCREEN_COLUMNS_FULL,
		.has_colour = text_has_colour(file),
		.has_blocks = locale_is_utf8(),
	};
}

const char *screen_bold(const struct screen *screen)
{
	return screen->has_colour ? "\033[1m" : "";
}

const char *screen_dim(const struct screen *screen)
{
	return screen->has_colour ? "\033[2m" : "";
}

const char *screen_plain(const struct screen *screen)
{
	return screen->has_colour ? "\033[0m" : "";
}

/* ---- lines --------------------------------------------------------------------------- */

/* Text that is being printed word by word. */
struct flow {
	const struct screen *screen;
	size_t hang;
	size_t at;     /* column of the cursor */
	bool is_fresh; /* this line has only spaces so far */
};

/*
 * Returns the bytes of the character, or of our own escape sequence, that begins here.
 * *columns: the columns it takes.
 */
static size_t piece_bytes(const char *text, size_t *columns)
{
	size_t bytes;
	uint32_t point;

	if (!strncmp(text, "\033[", 2)) {
		*columns = 0;
		bytes = 2 + strcspn(text + 2, "m");
		return bytes + (text[bytes] == 'm');
	}
	bytes = text_decode(text, &point);
	*columns = bytes ? text_point_columns(point) : 1;
	return bytes ? bytes : 1;
}

static bool is_digit(char character)
{
	return character >= '0' && character <= '9';
}

/*
 * Returns the bytes of a word, up to a space or the end. *columns: the columns it takes. A
 * number and its unit count as one word.
 */
static size_t word_bytes(const char *text, size_t *columns)
{
	size_t at = 0, more;

	*columns = 0;
	while (text[at] && (text[at] != ' ' || (at && is_digit(text[at - 1]) &&
	                                        text_unit_bytes(text + at + 1)))) {
		at += piece_bytes(text + at, &more);
		*columns += more;
	}
	return at;
}

static void flow_turn(struct flow *flow)
{
	fputc('\n', flow->screen->file);
	flow->at = 0;
	flow->is_fresh = true;
}

static void flow_pad(struct flow *flow, size_t column)
{
	if (column <= flow->at)
		return;
	fprintf(flow->screen->file, "%*s", (int)(column - flow->at), "");
	flow->at = column;
}

/* Whether a word that is too wide may be split before this byte. */
static bool is_joint(const char *word, size_t at)
{
	return strchr(",:/|>_+-", word[at - 1]) && !is_digit(word[at]);
}

/*
 * Returns how many bytes of a word that is too wide fit into `columns`, up to a joint if there
 * is one. *used: the columns these take.
 */
static size_t part_bytes(const char *word, size_t bytes, size_t columns, size_t *used)
{
	size_t at = 0, next, more, all = 0, joint = 0;

	*used = 0;
	while (at < bytes) {
		next = piece_bytes(word + at, &more);
		if (all + more > columns)
			break;
		all += more;
		at += next;
		if (is_joint(word, at) && 2 * all >= columns) {
			joint = at;
			*used = all;
		}
	}
	if (joint)
		return joint;
	*used = all;
	/* Numbers are not split. A digit takes one byte and one column. */
	for (next = at; next > 1 && is_digit(word[next - 1]) && is_digit(word[next]);)
		next--;
	if (next > 1)
		*used -= at - next;
	return next > 1 ? next : at;
}

/* Print a word here; split it if it is wider than the rest of the line. */
static void flow_word(struct flow *flow, const char *word, size_t bytes, size_t columns)
{
	size_t room = flow->screen->columns, part, used;

	while (flow->at + columns > room) {
		part = part_bytes(word, bytes, room - flow->at, &used);
		fwrite(word, 1, part, flow->screen->file);
		word += part;
		bytes -= part;
		columns -= used;
		flow_turn(flow);
		flow_pad(flow, flow->hang);
	}
	fwrite(word, 1, bytes, flow->screen->file);
	flow->at += columns;
	flow->is_fresh = flow->is_fresh && !columns;
}

/* Print words, and the spaces between them except at the end of a line. */
static void flow_text(struct flow *flow, const char *text)
{
	size_t room = flow->screen->columns, start, bytes, columns;

	for (; *text; text += bytes) {
		start = flow->at + strspn(text, " ");
		text += strspn(text, " ");
		bytes = word_bytes(text, &columns);
		if (start + columns > room && !flow->is_fresh && columns) {
			flow_turn(flow);
			start = flow->hang;
		}
		if (start + columns > room) {
			/* Numbers are not split: such a word begins further left. */
			if (is_digit(*text) && columns <= room)
				start = room - columns;
			else if (start > flow->hang)
				start = flow->hang;
		}
		if (columns)
			flow_pad(flow, start);
		flow_word(flow, text, bytes, columns);
	}
}

void screen_line(const struct screen *screen, size_t hang, const char *format, ...)
{
	struct flow flow = { .screen = screen, .hang = hang, .is_fresh = true };
	char *line = NULL;
	va_list args;
	int bytes;

	va_start(args, format);
	bytes = vasprintf(&line, format, args);
	va_end(args);
	if (bytes < 0) { /* memory is out: print it unwrapped */
		va_start(args, format);
		vfprintf(screen->file, format, args);
		va_end(args);
	} else {
		flow_text(&flow, line);
		free(line);
	}
	fputc('\n', screen->file);
}

static bool do_lines_fit(const char *lines, size_t columns)
{
	size_t at = 0, more;

	while (*lines) {
		if (*lines == '\n') {
			at = 0;
			lines++;
			continue;
		}
		lines += piece_bytes(lines, &more);
		at += more;
		if (at > columns)
			return false;
	}
	return true;
}

/*
 * If every line fits as it is, the line breaks are kept; otherwise they become spaces and the
 * text flows as one paragraph. Without memory for the copy the text is left out.
 */
void screen_paragraph(const struct screen *screen, size_t at, size_t hang,
                      const char *lines)
{
	bool is_set = do_lines_fit(lines, screen->columns - hang);
	struct flow flow = { .screen = screen, .hang = hang, .at = at };
	char *text = strdup(lines), *line = text, *end;

	if (at && at >= hang)
		flow_turn(&flow);
	while (line) {
		end = strchr(line, '\n');
		if (end)
			*end = is_set ? 0 : ' ';
		if (end && !is_set)
			continue;
		flow_pad(&flow, hang);
		flow.is_fresh = true;
		flow_text(&flow, line);
		flow_turn(&flow);
		line = end ? end + 1 : NULL;
	}
	free(text);
}

void screen_heading(const struct screen *screen, const char *title, const char *aside)
{
	bool is_beside = text_columns(title) + 2 + text_columns(aside) <= screen->columns;

	if (!screen->is_dense)
		fputc('\n', screen->file);
	screen_line(screen, 2, "%s%s%s%s%s%s%s", screen_bold(screen), title,
	            screen_plain(screen), is_beside && *aside ? "  " : "",
	            screen_dim(screen), is_beside ? aside : "", screen_plain(screen));
	if (!is_beside)
		screen_line(screen, 2, "  %s%s%s", screen_dim(screen), aside,
		            screen_plain(screen));
}
