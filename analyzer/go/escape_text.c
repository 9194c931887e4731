/*
 * go/escape_text.c - reads what `go build -gcflags=-m` prints:
 *
 *   # example.com/app
 *   ./main.go:18:2: x escapes to heap:                     (with " in F" since Go 1.25 or 1.26)
 *   ./main.go:18:2:   flow: ~r0 = &x:                      (with an arrow instead of "=")
 *   ./main.go:18:2:     from &x (address-of) at ./main.go:19:9
 *   ./main.go:18:2: moved to heap: x
 *   ./main.go:27:15: make([]byte, n) escapes to heap
 */
#include "go/escape_text.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

#define STEPS_MAX 16 /* kept of one explanation */

/* Where a line begins: "FILE:LINE:COLUMN: ". */
struct position {
	char *file; /* cut out of the line */
	char *message;
	uint32_t line, column;
};

/* The explanation that is being read. */
struct explained {
	struct go_escape escape;
	char *file, *what, *function, *package;
	struct text why;
	unsigned steps;
	bool is_open;
};

/* Read a number from 1 to 2^31, and the ':' after it. NULL: it is none. */
static char *number_read(char *at, uint32_t *number)
{
	uint64_t value = 0;
	char *begin = at;

	for (; *at >= '0' && *at <= '9' && value < UINT32_C(1) << 31; at++)
		value = value * 10 + (uint64_t)(*at - '0');
	if (at == begin || *at != ':' || !value || value >= UINT32_C(1) << 31)
		return NULL;
	*number = (uint32_t)value;
	return at + 1;
}

/* Whether the line has a position; cuts the file's name out of it. */
static bool position_read(struct position *position, char *line)
{
	char *colon = line, *at;

	while ((colon = strchr(colon + 1, ':'))) {
		at = number_read(colon + 1, &position->line);
		if (at)
			at = number_read(at, &position->column);
		if (!at || *at != ' ')
			continue;
		*colon = 0;
		position->file = line;
		position->message = at + 1;
		return true;
	}
	return false;
}

static void explained_release(struct explained *explained)
{
	free(explained->file);
	free(explained->what);
	free(explained->function);
	text_release(&explained->why);
	explained->file = explained->what = explained->function = NULL;
	explained->is_open = false;
}

/* Add the explanation, which is complete. 0 or -1. */
static int explained_end(struct explained *explained, struct go_escapes *escapes)
{
	struct go_escape *escape = &explained->escape;
	int result = 0;

	if (explained->is_open) {
		escape->file = explained->file;
		escape->what = explained->what;
		escape->function = explained->function;
		escape->package = explained->package;
		escape->why = explained->why.data;
		result = go_escapes_add(escapes, escape);
	}
	explained_release(explained);
	return result;
}

/* Begin the explanation of `what`. 0 or -1. */
static int explained_begin(struct explained *explained, const struct position *position,
                           const char *what, const char *function)
{
	explained->escape = (struct go_escape){ .line = position->line,
		                                    .column = position->column,
		                                    .is_explained = true };
	explained->file = strdup(position->file);
	explained->what = strdup(what);
	explained->function = strdup(function);
	explained->steps = 0;
	explained->is_open = explained->file && explained->what && explained->function;
	return explained->is_open ? 0 : -1;
}

/* "    from &x (address-of) at ./main.go:19:9" is a step; other lines only name the flow. */
static int explained_step(struct explained *explained, const char *message)
{
	message += strspn(message, " ");
	if (strncmp(message, "from ", 5) || explained->steps++ >= STEPS_MAX)
		return 0;
	return text_printf(&explained->why, "%s%s", explained->why.bytes ? "\n" : "",
	                   message + 5);
}

/* A line without explanation. 0 or -1. */
static int plain_add(struct go_escapes *escapes, const struct explained *explained,
                     const struct position *position)
{
	static const char moved[] = "moved to heap: ";
	struct go_escape escape = { .file = position->file,
		                        .package = explained->package,
		                        .what = position->message,
		                        .line = position->line,
		                        .column = position->column };

	if (!strncmp(position->message, moved, strlen(moved))) {
		escape.what += strlen(moved);
		escape.is_moved = true;
	} else if (!go_escape_split(position->message, &escape.function)) {
		return 0;
	}
	return *escape.what ? go_escapes_add(escapes, &escape) : 0;
}

static int message_read(struct go_escapes *escapes, struct explained *explained,
                        struct position *position)
{
	size_t length = strlen(position->message);
	const char *function;

	escapes->read++;
	if (position->message[0] == ' ' && explained->is_open &&
	    position->line == explained->escape.line &&
	    position->column == explained->escape.column)
		return explained_step(explained, position->message);
	if (explained_end(explained, escapes))
		return -1;
	if (position->message[0] == ' ' || !length)
		return 0; /* of what leaks, or of nothing that was read */
	if (position->message[length - 1] != ':')
		return plain_add(escapes, explained, position);
	position->message[length - 1] = 0;
	if (!go_escape_split(position->message, &function))
		return 0;
	return explained_begin(explained, position, position->message, function);
}

/* "# example.com/app", "# example.com/app [example.com/app.test]" */
static int package_read(struct explained *explained, char *line)
{
	free(explained->package);
	line[strcspn(line, " ")] = 0;
	explained->package = strdup(line);
	return explained->package ? 0 : -1;
}

int go_escape_text_read(struct go_escapes *escapes, FILE *file)
{
	struct explained explained = { .is_open = false };
	struct position position;
	size_t capacity = 0;
	char *line = NULL;
	ssize_t length;
	int result = 0;

	while (!result && (length = getline(&line, &capacity, file)) > 0) {
		if (line[length - 1] == '\n')
			line[length - 1] = 0;
		if (!strncmp(line, "# ", 2))
			result = explained_end(&explained, escapes) ||
			         package_read(&explained, line + 2);
		else if (position_read(&position, line))
			result = message_read(escapes, &explained, &position);
	}
	if (explained_end(&explained, escapes))
		result = -1;
	free(explained.package);
	free(line);
	return result ? -1 : 0;
}
