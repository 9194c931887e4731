/*
 * base/error.h - how the analyzer reports errors.
 *
 * Messages are lower case without a full stop: first the file and the position, then what is
 * wrong, then what to do. Library code returns errors; only the files of commands/ may call
 * die().
 */
#ifndef OUTLIVE_BASE_ERROR_H
#define OUTLIVE_BASE_ERROR_H

#include <stdarg.h>

/* Exit status of a command whose input or arguments are wrong. */
#define EXIT_BAD_INPUT 2

#define ERROR_BYTES 512

/* A message for the caller: a library function fills it, a command prints it. */
struct error {
	char message[ERROR_BYTES]; /* NUL-terminated, printable; "": none */
};

/*
 * Fill *error (which may be NULL). Control characters become '?', so that a path cannot control
 * the terminal; a message that is too long is cut.
 */
void error_fill(struct error *error, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void error_fill_va(struct error *error, const char *format, va_list args)
	__attribute__((format(printf, 2, 0)));

/*
 * Fill *error and return -1: `return error_set(...)` is all that a failing function needs. This
 * is a macro so that the compiler sees the constant result.
 */
#define error_set(error, ...) (error_fill(error, __VA_ARGS__), error_value())
static inline int error_value(void)
{
	return -1;
}

/*
 * Problems that could be skipped, in the order found. Damage must be reported, but a badly
 * damaged file must not flood the screen, so only the first messages are kept. Zeroed is empty.
 */
#define PROBLEMS_KEPT 32
struct problem_list {
	char *messages[PROBLEMS_KEPT];
	unsigned long long count; /* of all problems, kept or not */
};
void problem_add(struct problem_list *problems, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void problem_list_release(struct problem_list *problems);

/* Print "outlive: warning: message" on stderr; never exits. */
void warning(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Print a warning for each of the first few problems, and one with the number of the others. */
#define PROBLEMS_WARNED 5
void problems_warn(const struct problem_list *problems);

/* Print "outlive: message" on stderr, then exit with EXIT_BAD_INPUT. */
_Noreturn void die(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Like die(), and refer to `outlive help COMMAND`, or for command NULL to `outlive help`. */
_Noreturn void die_usage(const char *command, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif
