/*
 * top/terminal.h - a terminal that is drawn on: its size, its keys, text in a few styles.
 *
 * No text that is put reaches the terminal as it is: what would control it becomes '?', and so does
 * what its character set lacks. One terminal at a time.
 */
#ifndef OUTLIVE_TOP_TERMINAL_H
#define OUTLIVE_TOP_TERMINAL_H

#include "base/error.h"
#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum style {
	STYLE_PLAIN,
	STYLE_BOLD,
	STYLE_DIM,
	STYLE_HEAD,   /* of columns */
	STYLE_CURSOR, /* the row that keys are about */
	STYLE_MORE,   /* a growth */
	STYLE_LESS,   /* the opposite */
	STYLE_ALARM,
};

/* Keys that are no characters; all others are the character. */
enum key {
	KEY_OF_NONE = -1, /* there is none now */
	KEY_OF_END = -2,  /* the terminal is gone */
	KEY_OF_UP = 0x200000,
	KEY_OF_DOWN,
	KEY_OF_LEFT,
	KEY_OF_RIGHT,
	KEY_OF_PAGE_UP,
	KEY_OF_PAGE_DOWN,
	KEY_OF_FIRST,
	KEY_OF_LAST,
	KEY_OF_ENTER,
	KEY_OF_ERASE,
	KEY_OF_ESCAPE,
	KEY_OF_TAB,
	KEY_OF_TAB_BACK,
	KEY_OF_HELP,   /* F1, as in htop; and so on */
	KEY_OF_SEARCH, /* F3 */
	KEY_OF_FILTER, /* F4 */
	KEY_OF_SORT,   /* F6 */
	KEY_OF_QUIT,   /* F10 */
	KEY_OF_RESIZE,
};

/*
 * Take the terminal: of stdin and stdout; or, if `is_any` and one of these is none, the one that
 * controls this process. 0; or -1 and *error: there is none, or it cannot move
 * its cursor.
 */
int terminal_open(bool is_any, struct error *error);

/* Give it back as it was. May be called at any time. */
void terminal_close(void);

size_t terminal_rows(void);
size_t terminal_columns(void);
bool terminal_has_blocks(void); /* its character set has block characters */

/*
 * Put text at a position, cut to `columns` columns, of which all are written. Outside of the
 * screen: nothing. Returns the columns that the text took.
 */
size_t terminal_put(size_t row, size_t column, size_t columns, enum style style,
                    enum text_keep keep, const char *text);

/* Begin and end a drawing. Without the end nothing is seen. */
void terminal_erase(void);
void terminal_show(void);

/* The next key; does not wait. */
int terminal_key(void);

/*
 * Wait until there is a key, `other` is readable, or a signal that ends the program came: then its
 * number is returned, else 0.
 */
int terminal_wait(int other, int timeout_ms);

#endif
