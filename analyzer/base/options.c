/* base/options.c - parses command lines by a table of options, and prints their help. */
#include "base/options.h"

#include "base/screen.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define HELP_COLUMN 28 /* where the descriptions begin */
#define HELP_COLUMN_NARROW 8
#define LABEL_HANG 6 /* of choices that do not fit in the option's line */

/*
 * strtoull() would accept a sign and spaces, so the first digit is checked before. Numbers
 * that are too large become the largest one: "no limit" is what they mean.
 */
int option_size(const char *text, uint64_t *bytes)
{
	unsigned long long number;
	unsigned shift = 0;
	char *end;

	if (*text < '0' || *text > '9')
		return -1;
	errno = 0;
	number = strtoull(text, &end, 10);
	if (errno)
		number = UINT64_MAX;
	switch (*end) {
	case 'k':
	case 'K': shift = 10; break;
	case 'm':
	case 'M': shift = 20; break;
	case 'g':
	case 'G': shift = 30; break;
	case 't':
	case 'T': shift = 40; break;
	}
	if (shift)
		end++;
	if (*end)
		return -1;
	*bytes = number > UINT64_MAX >> shift ? UINT64_MAX : (uint64_t)number << shift;
	return 0;
}

int option_time(const char *text, uint64_t *time_ns)
{
	static const struct {
		const char *unit;
		uint64_t ns;
	} units[] = { { "", UINT64_C(1000000000) },
		          { "ms", UINT64_C(1000000) },
		          { "s", UINT64_C(1000000000) },
		          { "m", UINT64_C(60000000000) },
		          { "h", UINT64_C(3600000000000) } };
	unsigned long long number;
	char *end;
	size_t i;

	if (*text < '0' || *text > '9')
		return -1;
	errno = 0;
	number = strtoull(text, &end, 10);
	for (i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (strcmp(end, units[i].unit))
			continue;
		*time_ns = errno || number > UINT64_MAX / units[i].ns ? UINT64_MAX
		                                                      : number * units[i].ns;
		return 0;
	}
	return -1;
}

static int option_count(const char *text, uint64_t *count)
{
	char *end;

	if (*text < '0' || *text > '9')
		return -1;
	errno = 0;
	*count = strtoull(text, &end, 10);
	return errno || *end ? -1 : 0;
}

/* The message lists the choices; the list is cut if it is longer than the buffer. */
static int option_choose(const struct option *option, const char *text,
                         struct option_choice *choice, struct error *error)
{
	const struct option_alias *alias = option->aliases;
	char names[256] = "";
	size_t used = 0;
	int i;

	for (; alias && alias->name; alias++) {
		if (!strcmp(alias->name, text)) {
			*choice = (struct option_choice){ alias->value, true };
			return 0;
		}
	}
	for (i = 0; option->choices[i]; i++) {
		if (!strcmp(option->choices[i], text)) {
			*choice = (struct option_choice){ i, true };
			return 0;
		}
		used += (size_t)snprintf(names + used, sizeof(names) - used, "%s%s",
		                         i ? ", " : "", option->choices[i]);
		if (used >= sizeof(names))
			break;
	}
	return error_set(error, "--%s does not know '%s': it takes %s", option->name, text,
	                 names);
}

static int option_list_add(const struct option *option, struct option_list *list,
                           const char *text, struct error *error)
{
	if (list->count == OPTION_LIST_MAX)
		return error_set(error, "--%s was given more than %d times", option->name,
		                 OPTION_LIST_MAX);
	list->items[list->count++] = text;
	return 0;
}

/* Store one option's argument (NULL for a flag). */
static int option_store(const struct option *option, void *values, const char *text,
                        struct error *error)
{
	void *value = (char *)values + option->offset;

	switch (option->kind) {
	case OPTION_FLAG: *(bool *)value = true; return 0;
	case OPTION_STRING: *(const char **)value = text; return 0;
	case OPTION_ONCE:
		if (*(const char **)value)
			return error_set(error, "--%s was given twice, '%s' and '%s': it takes one",
			                 option->name, *(const char **)value, text);
		*(const char **)value = text;
		return 0;
	case OPTION_COUNT:
		((struct option_number *)value)->is_given = true;
		if (option_count(text, &((struct option_number *)value)->value))
			return error_set(error, "--%s takes a number, not '%s'", option->name,
			                 text);
		return 0;
	case OPTION_SIZE:
		if (option_size(text, value))
			return error_set(error,
			                 "--%s takes a number and K, M, G or T, such as 64M, not "
			                 "'%s'",
			                 option->name, text);
		return 0;
	case OPTION_TIME:
		if (option_time(text, value))
			return error_set(
				error, "--%s takes a number and ms, s, m or h, such as 10s, not '%s'",
				option->name, text);
		return 0;
	case OPTION_CHOICE: return option_choose(option, text, value, error);
	case OPTION_LIST: return option_list_add(option, value, text, error);
	}
	return error_set(error, "--%s is of no known kind", option->name);
}

/* Find an option by `name` (`bytes` bytes), or by `letter` if that is not 0; NULL: none. */
static const struct option *option_find(const struct command_line *line,
                                        const char *name, size_t bytes, char letter)
{
	const struct option *options = line->options;
	size_t i;

	for (i = 0; i < line->option_count; i++) {
		if (letter ? options[i].letter == letter
		           : strlen(options[i].name) == bytes &&
		                 !memcmp(options[i].name, name, bytes))
			return &options[i];
	}
	return NULL;
}

/*
 * Read one option at argv[*at]: "--name", "--name=value", "--name value", "-n", "-nvalue" or
 * "-n value". Leaves *at at the last word that it used.
 */
static enum options_result option_read(struct command_line *line, int *at)
{
	const char *word = line->argv[*at], *value = NULL;
	const struct option *option;
	const char *equals;

	if (!strcmp(word, "--help") || !strcmp(word, "-h"))
		return OPTIONS_HELP;
	if (word[1] == '-') {
		equals = strchr(word, '=');
		option = option_find(
			line, word + 2, equals ? (size_t)(equals - word - 2) : strlen(word + 2), 0);
		value = equals ? equals + 1 : NULL;
	} else {
		option = option_find(line, NULL, 0, word[1]);
		value = word[2] ? word + 2 : NULL;
	}
	if (!option) {
		error_set(&line->error, "no such option: %s", word);
		return OPTIONS_WRONG;
	}
	if (option->kind == OPTION_FLAG && value) {
		error_set(&line->error, "--%s takes no value", option->name);
		return OPTIONS_WRONG;
	}
	if (option->kind != OPTION_FLAG && !value) {
		if (*at + 1 >= line->argc) {
			error_set(&line->error, "--%s needs a value", option->name);
			return OPTIONS_WRONG;
		}
		value = line->argv[++*at];
	}
	return option_store(option, line->values, value, &line->error) ? OPTIONS_WRONG
	                                                               : OPTIONS_OK;
}

/* Move argv[from] in front of argv[to]; to <= from. */
static void word_move(char **argv, int from, int to)
{
	char *word = argv[from];

	memmove(argv + to + 1, argv + to, (size_t)(from - to) * sizeof(*argv));
	argv[to] = word;
}

/*
 * Options may come after operands: each one that is found is moved, with its value, behind
 * the options before it. So the operands end up together at the end, in their order.
 */
enum options_result options_parse(struct command_line *line)
{
	char **argv = line->argv;
	enum options_result result;
	int at, options_end = 1; /* argv[1..options_end) are options; operands follow */
	int first_word;

	for (at = 1; at < line->argc; at++) {
		first_word = at;
		if (argv[at][0] != '-' || !argv[at][1]) {
			if (line->stops_at_operand)
				break;
			continue;
		}
		if (!strcmp(argv[at], "--")) {
			word_move(argv, at, options_end++);
			break;
		}
		result = option_read(line, &at);
		if (result != OPTIONS_OK)
			return result;
		for (; first_word <= at; first_word++)
			word_move(argv, first_word, options_end++);
	}
	line->first_operand = options_end;
	return OPTIONS_OK;
}

/*
 * Write a label such as " -o, --output FILE". snprintf() returns the length without the cut,
 * so `used` may exceed `bytes`.
 */
static void option_label(char *text, size_t bytes, const struct option *option)
{
	char letter[8] = "    ";
	int used, i;

	if (option->letter)
		snprintf(letter, sizeof(letter), "-%c, ", option->letter);
	used = snprintf(text, bytes, "  %s--%s", letter, option->name);
	if (option->kind == OPTION_CHOICE) {
		for (i = 0; option->choices[i] && (size_t)used < bytes; i++)
			used += snprintf(text + used, bytes - (size_t)used, "%s%s", i ? "|" : " ",
			                 option->choices[i]);
	} else if (option->kind != OPTION_FLAG && (size_t)used < bytes) {
		snprintf(text + used, bytes - (size_t)used, " %s",
		         option->argument ? option->argument : "VALUE");
	}
}

static void option_print(const struct screen *screen, const char *label,
                         const char *help)
{
	size_t columns = text_columns(label);

	if (screen->is_narrow || columns > screen->columns) {
		screen_line(screen, LABEL_HANG, "%s", label);
		screen_paragraph(screen, 0,
		                 screen->is_narrow ? HELP_COLUMN_NARROW : HELP_COLUMN, help);
	} else {
		fputs(label, screen->file);
		screen_paragraph(screen, columns + 2 > HELP_COLUMN ? HELP_COLUMN : columns,
		                 HELP_COLUMN, help);
	}
}

void options_print(FILE *file, const struct option *options, size_t count)
{
	struct screen screen = screen_of(file);
	char label[160];
	size_t i;

	for (i = 0; i < count; i++) {
		option_label(label, sizeof(label), &options[i]);
		option_print(&screen, label, options[i].help);
	}
	option_print(&screen, "  -h, --help", "show this help");
}
