/*
 * base/text.h - text for people: growing strings, numbers, sizes, durations, terminal columns,
 * colour, and the escaping of strings of the traced program.
 */
#ifndef OUTLIVE_BASE_TEXT_H
#define OUTLIVE_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Room for any of the numbers below, including the NUL. */
#define TEXT_NUMBER_BYTES 32

/*
 * Each function writes into `text` (TEXT_NUMBER_BYTES) and returns it.
 *   count     1234567      "1,234,567"
 *   short     1234567      "1.23M"      at most 5 columns up to 999T
 *   size      1234567      "1.18 MiB"   powers of 1024; below 1 KiB "812 B"
 *   duration  1234567 ns   "1.23 ms"
 *   percent   part of whole  "12.3%"; "0%" if whole is 0; "<0.1%" if part is small, not 0
 */
const char *text_count(char *text, uint64_t count);
const char *text_short(char *text, uint64_t count);
const char *text_size(char *text, uint64_t bytes);
const char *text_duration(char *text, uint64_t duration_ns);
const char *text_percent(char *text, uint64_t part, uint64_t whole);

/* The "s" of a plural: "" if count is 1. */
const char *text_s(uint64_t count);

/*
 * Copy `from` to `to` (room for `bytes`; 0: do nothing) so that no terminal obeys it: control
 * characters, C1 controls, bidirectional overrides and bytes that are not UTF-8 become '?'.
 * Cuts between characters. Returns `to`.
 */
char *text_escape(char *to, size_t bytes, const char *from);

/*
 * Decode the UTF-8 character (not the final NUL) at `at`. Returns its bytes and sets *point; 0:
 * it is malformed (cut, overlong, a surrogate, or beyond U+10FFFF).
 */
size_t text_decode(const char *at, uint32_t *point);

/*
 * The terminal columns that a character takes: 0 if it is drawn over the one before it, 2 for
 * East Asian scripts and emoji, else 1. Where terminals differ, the larger number: a line may
 * come out too short, but not too long.
 */
size_t text_point_columns(uint32_t point);

/* The columns that escaped UTF-8 text takes. */
size_t text_columns(const char *text);

/* The bytes of a unit ("KiB", "ms"), if `text` begins with one as a whole word; else 0. */
size_t text_unit_bytes(const char *text);

/*
 * Where to cut a text rather than at byte `at`: if that would shorten a number in words, where
 * the number begins; else `at`. Numbers that end a name do not count.
 */
size_t text_number_start(const char *text, size_t at);

/* Which part to keep of a text that is too long. */
enum text_keep {
	TEXT_KEEP_START,
	TEXT_KEEP_END,  /* for paths */
	TEXT_KEEP_BOTH, /* start and end; an ending "+0x12" is kept whole */
};

/*
 * Like text_escape(), cut to at most `columns` columns (>= 1), with ".." where text is left
 * out. Never keeps only the start of a number, which would be another number. `to` has room for
 * `bytes`.
 */
char *text_fit(char *to, size_t bytes, const char *from, size_t columns,
               enum text_keep keep);

/*
 * Standard output leads to a pager that shows it on this terminal: its width counts, and colour
 * is used as if it was printed there, if the pager passes colours on.
 */
void text_paged(int terminal, bool has_colour);

/*
 * The columns to use: from the variable COLUMNS, or from the file's terminal, or 100; at least
 * 40.
 */
size_t text_terminal_columns(FILE *file);

/* Whether to colour: on a terminal, if TERM is not "dumb" and NO_COLOR is unset or empty. */
bool text_has_colour(FILE *file);

/* A string that grows. {NULL, 0, 0} is empty; text_release() frees it. */
struct text {
	char *data; /* NUL-terminated; NULL: nothing was added yet */
	size_t bytes, capacity;
};
/* 0, or -1 when memory is out. */
int text_add(struct text *text, const char *data, size_t bytes);
int text_printf(struct text *text, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void text_release(struct text *text);

#endif
