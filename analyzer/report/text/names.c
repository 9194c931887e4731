/* report/text/names.c - names in a text report, never cut within a function's own name. */
#include "report/text/names.h"

#include "elf/go_name.h"
#include "verdict/function_text.h"

#include <stdio.h>
#include <string.h>

#define SIDE_COLUMNS_MIN 10 /* a file name shortened further is of no use */
#define OWN_LINE_INDENT 4   /* of a name for which a row has no room */

/*
 * Where the next part of a qualified name begins ("c" of "a::b<x::y>::c", "b.F" of Go's "a/b.F"),
 * or NULL if this is the last one. Colons within brackets are part of an argument.
 */
static const char *part_next(const char *name)
{
	size_t package = go_package_bytes(name);
	const char *slash = memchr(name, '/', package);
	int depth = 0;

	if (slash)
		return slash + 1;

	for (; *name; name++) {
		if (strchr("<({[", *name))
			depth++;
		else if (strchr(">)}]", *name))
			depth -= depth > 0;
		else if (!depth && name[0] == ':' && name[1] == ':')
			return name + 2;
	}
	return NULL;
}

/* Whether a part shows template arguments: then they tell the function from others. */
static bool has_arguments(const char *part, const char *next)
{
	const char *at = memchr(part, '<', (size_t)(next - part));

	return at && at != part && at[1] != '>';
}

bool report_name_fit(char *to, size_t bytes, const char *name, size_t columns)
{
	const char *part = name, *next;

	snprintf(to, bytes, "%s", name);
	while (text_columns(to) > columns && (next = part_next(part)) && *next &&
	       !has_arguments(part, next)) {
		part = next;
		snprintf(to, bytes, "..%s%s", part[-1] == '/' ? "/" : "::", part);
	}
	return text_columns(to) <= columns;
}

/*
 * Shorten the line of a call site at its left, by whole parts of the path: "../b/report.c:32".
 * Returns whether it fits then: if not even the file's own name does, it is left as it is.
 */
static bool line_fit(char *to, size_t bytes, const char *call_site, size_t columns)
{
	const char *part = call_site;

	text_escape(to, bytes, call_site);
	while (text_columns(to) > columns && (part = strchr(part, '/'))) {
		snprintf(to, bytes, "..");
		text_escape(to + 2, bytes - 2, part++);
	}
	return text_columns(to) <= columns;
}

/*
 * Print the name, and beside it the file and line, with `more` behind them if all of it fits.
 * Where there is no room for both, the file and line go below the name, and where there is none
 * for the name, it gets a line of its own.
 */
static void name_print(const struct screen *screen, const struct stack_name *name,
                       const char *more, size_t used)
{
	size_t room = screen->columns - used, columns, side_columns, length = strlen(more);
	char text[1024], fitted[1024], call_site[512], side[1024];
	bool is_beside;

	stack_name_text(text, sizeof(text), name);
	stack_name_line(call_site, sizeof(call_site), name);
	columns = text_columns(text);
	/* the end of a path says more than its start */
	side_columns = room > length + 4 ? room - length : 4;
	if (*call_site && columns + 2 + SIDE_COLUMNS_MIN + length <= room)
		side_columns = room - columns - 2 - length;
	is_beside = line_fit(side, sizeof(side) - length, call_site, side_columns);
	/* below the name there is all the room */
	if (!is_beside && !line_fit(side, sizeof(side) - length, call_site,
	                            room > length ? room - length : 0))
		text_fit(side, sizeof(side) - length, call_site,
		         room > length + 4 ? room - length : 4, TEXT_KEEP_END);
	strcat(side, *side || *more != ' ' ? more : more + 1);
	side_columns = *side ? text_columns(side) + 2 : 0;
	if (is_beside && side_columns < room &&
	    report_name_fit(fitted, sizeof(fitted), text, room - side_columns)) {
		fprintf(screen->file, "%s%s%s%s%s\n", fitted, *side ? "  " : "",
		        screen_dim(screen), side, screen_plain(screen));
		return;
	}
	if (report_name_fit(fitted, sizeof(fitted), text, room)) {
		fprintf(screen->file, "%s\n", fitted);
		if (*side)
			fprintf(screen->file, "%*s%s%s%s\n", (int)used, "", screen_dim(screen),
			        side, screen_plain(screen));
		return;
	}
	fputc('\n', screen->file);
	report_name_fit(fitted, sizeof(fitted), text, screen->columns - OWN_LINE_INDENT);
	screen_line(screen, OWN_LINE_INDENT, "%*s%s  %s%s%s", OWN_LINE_INDENT, "", fitted,
	            screen_dim(screen), side, screen_plain(screen));
}

void report_name(const struct screen *screen, const struct stack_name *name,
                 size_t used)
{
	name_print(screen, name, "", used);
}

void report_frame_name(const struct screen *screen, const struct stack_name *name,
                       size_t used)
{
	name_print(screen, name, name->is_inlined ? " (inlined)" : "", used);
}

/* Print a name behind `used` columns, or on lines of its own if it is too long. */
static void name_put(const struct screen *screen, const char *name, size_t used)
{
	char fitted[1024];

	if (report_name_fit(fitted, sizeof(fitted), name, screen->columns - used)) {
		fprintf(screen->file, "%s\n", fitted);
		return;
	}
	fputc('\n', screen->file);
	report_name_fit(fitted, sizeof(fitted), name, screen->columns - OWN_LINE_INDENT);
	screen_line(screen, OWN_LINE_INDENT, "%*s%s", OWN_LINE_INDENT, "", fitted);
}

void report_names(const struct screen *screen, const char *name, const char *joint,
                  const char *other, size_t used)
{
	size_t room = screen->columns - used, joint_columns = text_columns(joint);
	char fitted[1024];

	if (!*other) {
		name_put(screen, name, used);
		return;
	}
	if (text_columns(name) + 2 + joint_columns + text_columns(other) <= room) {
		fprintf(screen->file, "%s  %s%s%s%s\n", name, screen_dim(screen), joint, other,
		        screen_plain(screen));
		return;
	}
	name_put(screen, name, used);
	if (!report_name_fit(fitted, sizeof(fitted), other, room - joint_columns))
		used = OWN_LINE_INDENT;
	screen_line(screen, used, "%*s%s%s%s%s", (int)used, "", screen_dim(screen), joint,
	            fitted, screen_plain(screen));
}

void report_module(const struct screen *screen, const char *path, const char *unknown,
                   size_t used)
{
	char fitted[512];

	text_fit(fitted, sizeof(fitted), *path ? path : unknown, screen->columns - used,
	         TEXT_KEEP_END);
	fprintf(screen->file, "%s\n", fitted);
}

/*
 * A child's number in the call tree is higher than
 * its parent's, so frames with a higher number than the one that is blamed are its wrappers.
 */
int report_call_path(const struct screen *screen, const struct classes *classes,
                     uint32_t path)
{
	const struct replay *replay = &classes->profile->replay;
	uint32_t node = replay_path(replay, path)->node;
	uint32_t kept = classes_path_node(classes, path);
	struct stack_names stack = { NULL, 0, 0 };
	char name[512], where[256];
	bool is_peeled;
	size_t i;

	if (stack_names_fill(&stack, classes->profile, node))
		return -1;
	screen_heading(screen, "call path", "innermost first");
	for (i = 0; i < stack.count; i++) {
		is_peeled = stack.names[i].node > kept;
		stack_name_text(name, sizeof(name), &stack.names[i]);
		stack_name_line(where, sizeof(where), &stack.names[i]);
		screen_line(screen, 4, "  %s  %s%s%s%s%s", name, screen_dim(screen), where,
		            stack.names[i].is_inlined ? "  (inlined)" : "",
		            is_peeled ? "  (wrapper)" : "", screen_plain(screen));
		if (stack.names[i].is_cut)
			screen_line(screen, 4, "  (gap)");
	}
	stack_names_release(&stack);
	return 0;
}

int location_line_text(char *text, size_t bytes, const struct profile *profile,
                       uint32_t location)
{
	struct stack_names scratch = { NULL, 0, 0 };
	struct stack_name name;
	int result = stack_name_blamed(&name, &scratch, profile, location) < 0 ? -1 : 0;

	text[0] = 0;
	/* innermost first: the last one is the function that the others were inlined into */
	if (!result)
		stack_name_line(text, bytes, &scratch.names[scratch.count - 1]);
	stack_names_release(&scratch);
	return result;
}
