/*
 * top/screen.h - shows a followed process on the terminal, until the user or a signal ends it.
 */
#ifndef OUTLIVE_TOP_SCREEN_H
#define OUTLIVE_TOP_SCREEN_H

#include "base/error.h"
#include "live/session.h"

#include <stdbool.h>

enum screen_end {
	SCREEN_QUIT,   /* the user has */
	SCREEN_ENDED,  /* and the recorded program had ended */
	SCREEN_KILL,   /* and wants the program to end */
	SCREEN_SIGNAL, /* *signal came */
	SCREEN_ERROR,  /* *error */
};

/* The terminal is open. `owns_program`: see top/control.h. The terminal stays open. */
enum screen_end screen_run(struct live_session *session, enum live_view view,
                           bool owns_program, int *signal, struct error *error);

#endif
