/* base/error.c - prints messages on stderr, and builds errors for the caller. */
#include "base/error.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Replace bytes that a terminal might obey with '?'; keep UTF-8. */
static void make_printable(char *text)
{
	unsigned char *at;

	for (at = (unsigned char *)text; *at; at++) {
		if (*at < 0x20 || *at == 0x7f)
			*at = '?';
		else if (*at == 0xc2 && at[1] >= 0x80 && at[1] < 0xa0)
			*at = at[1] = '?'; /* C1 controls in UTF-8 */
	}
}

void error_fill_va(struct error *error, const char *format, va_list args)
{
	if (!error)
		return;
	vsnprintf(error->message, sizeof(error->message), format, args);
	make_printable(error->message);
}

void error_fill(struct error *error, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	error_fill_va(error, format, args);
	va_end(args);
}

/* Damage may cause a problem for each chunk: all are counted, but only the first are kept. */
void problem_add(struct problem_list *problems, const char *format, ...)
{
	struct error error;
	va_list args;

	if (problems->count++ >= PROBLEMS_KEPT)
		return;
	va_start(args, format);
	error_fill_va(&error, format, args);
	va_end(args);
	problems->messages[problems->count - 1] = strdup(error.message);
}

void problem_list_release(struct problem_list *problems)
{
	size_t i;

	for (i = 0; i < PROBLEMS_KEPT; i++)
		free(problems->messages[i]);
	*problems = (struct problem_list){ .count = 0 };
}

/* Print with one write, so that lines of several processes do not mix. */
static void speak(const char *prefix, const char *format, va_list args)
{
	struct error error;

	error_fill_va(&error, format, args);
	fflush(stdout);
	fprintf(stderr, "outlive: %s%s\n", prefix, error.message);
}

void warning(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	speak("warning: ", format, args);
	va_end(args);
}

void problems_warn(const struct problem_list *problems)
{
	unsigned long long i;

	for (i = 0; i < problems->count && i < PROBLEMS_WARNED; i++) {
		if (problems->messages[i])
			warning("%s", problems->messages[i]);
	}
	if (problems->count > i)
		warning("and %llu problems more; 'outlive info' lists them",
		        problems->count - i);
}

void die(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	speak("", format, args);
	va_end(args);
	exit(EXIT_BAD_INPUT);
}

void die_usage(const char *command, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	speak("", format, args);
	va_end(args);
	fprintf(stderr, "see 'outlive help%s%s'\n", command ? " " : "",
	        command ? command : "");
	exit(EXIT_BAD_INPUT);
}
