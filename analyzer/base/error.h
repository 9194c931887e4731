/*
 * base/error.h - how the analyzer speaks of what went wrong.
 *
 * Messages: lower case, no full stop, file and place first, then what is wrong, then
 * what to do. Library code returns errors; only cmd_*.c and commands/main.c may call die().
 */
#ifndef OUTLIVE_BASE_ERROR_H
#define OUTLIVE_BASE_ERROR_H

#include <stdarg.h>

/* Exit status of a command that was given bad input or used wrongly. */
#define EXIT_BAD_INPUT 2

#define ERROR_BYTES 512

/* A message on its way up: a library function fills it, a command prints it. */
struct error {
	char message[ERROR_BYTES]; /* NUL-terminated, printable; "" when none */
};

/*
 * Fill *error (which may be NULL). Control characters become '?', so that a path cannot
 * write to the terminal; an overlong message is cut.
 */
void error_fill(struct error *error, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void error_fill_va(struct error *error, const char *format, va_list args)
	__attribute__((format(printf, 2, 0)));

/*
 * The same, and -1: `return error_set(...)` is all that a failing function needs. In the
 * open, so that a compiler knows what comes of it.
 */
#define error_set(error, ...) (error_fill(error, __VA_ARGS__), error_value())
static inline int error_value(void)
{
	return -1;
}

/*
 * What was wrong but could be stepped over, in the order found: damage must be told,
 * and a badly damaged file must not flood the screen. Zeroed is empty.
 */
#define PROBLEMS_KEPT 32
struct problem_list {
	char *messages[PROBLEMS_KEPT];
	unsigned long long count; /* of all, kept or not */
};
void problem_add(struct problem_list *problems, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void problem_list_release(struct problem_list *problems);

/* "outlive: warning: message" on stderr; never exits. */
void warning(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* A warning for each of the first few problems, and one that counts the rest. */
#define PROBLEMS_WARNED 5
void problems_warn(const struct problem_list *problems);

/* "outlive: message" on stderr, then exit with EXIT_BAD_INPUT. */
_Noreturn void die(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* As die(), and points to `outlive help COMMAND`; command NULL: to `outlive help`. */
_Noreturn void die_usage(const char *command, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif
