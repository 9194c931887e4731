/*
 * base/text.h - what people read: growing strings, numbers, sizes, durations, columns of
 * the terminal, colour, and strings of the traced program made harmless.
 */
#ifndef OUTLIVE_BASE_TEXT_H
#define OUTLIVE_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Room for any of the numbers below, NUL included. */
#define TEXT_NUMBER_BYTES 32

/*
 * Each writes into `text` (TEXT_NUMBER_BYTES) and returns it.
 *   count     1234567      "1,234,567"
 *   short     1234567      "1.23M"      at most 5 columns up to 999T
 *   size      1234567      "1.18 MiB"   powers of 1024; below 1 KiB "812 B"
 *   duration  1234567 ns   "1.23 ms"
 *   percent   part of whole  "12.3%"; "0%" of nothing; "<0.1%" when not quite none
 */
const char *text_count(char *text, uint64_t count);
const char *text_short(char *text, uint64_t count);
const char *text_size(char *text, uint64_t bytes);
const char *text_duration(char *text, uint64_t duration_ns);
const char *text_percent(char *text, uint64_t part, uint64_t whole);

/* The "s" of a plural: "" if it is one. */
const char *text_s(uint64_t count);

/*
 * Copy `from` to `to` (`bytes` of room, 0 does nothing), so that a terminal obeys none
 * of it: control characters, C1 controls, bidirectional overrides and bytes that are
 * not UTF-8 become '?'. Cut at a whole character. Returns `to`.
 */
char *text_escape(char *to, size_t bytes, const char *from);

/*
 * Decode the UTF-8 character (not the final NUL) at `at`: its bytes and *point. 0 if it
 * is malformed: cut, overlong, a surrogate, or beyond U+10FFFF.
 */
size_t text_decode(const char *at, uint32_t *point);

/*
 * Columns of a terminal that a character takes: 0 if it is drawn over the one before it,
 * 2 for those of East Asian scripts and pictures, else 1. Where terminals differ, the
 * most: a line may come out too short, but not too long.
 */
size_t text_point_columns(uint32_t point);

/* Columns that escaped UTF-8 text takes. */
size_t text_columns(const char *text);

/* "KiB", "ms" and the like, with which a word begins and ends: its bytes; else 0. */
size_t text_unit_bytes(const char *text);

/*
 * `at`, or where the number begins that a cut at that byte would shorten, if it is a
 * number in words and not the end of a name.
 */
size_t text_number_start(const char *text, size_t at);

/* What to keep of a text that is too long. */
enum text_keep {
	TEXT_KEEP_START,
	TEXT_KEEP_END,  /* for paths */
	TEXT_KEEP_BOTH, /* start and end, and "+0x12" at the end of a name whole */
};

/*
 * As text_escape(), cut to at most `columns` columns (>= 1), ".." marking the cut. Of a
 * number, the start alone is not kept: it would be another number. `to` has `bytes` of
 * room.
 */
char *text_fit(char *to, size_t bytes, const char *from, size_t columns,
               enum text_keep keep);

/* Columns to use: the variable COLUMNS, the file's terminal, or 100; at least 40. */
size_t text_terminal_columns(FILE *file);

/* Whether to colour: a terminal, TERM not "dumb", NO_COLOR unset or empty. */
bool text_has_colour(FILE *file);

/* A string that grows. {NULL, 0, 0} is empty; text_release() frees it. */
struct text {
	char *data; /* NUL-terminated, or NULL when nothing was added */
	size_t bytes, capacity;
};
/* 0, or -1 when memory is out. */
int text_add(struct text *text, const char *data, size_t bytes);
int text_printf(struct text *text, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void text_release(struct text *text);

#endif
