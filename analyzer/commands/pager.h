/*
 * commands/pager.h - shows what a command prints through the user's pager, if it goes to a
 * terminal.
 */
#ifndef OUTLIVE_COMMANDS_PAGER_H
#define OUTLIVE_COMMANDS_PAGER_H

#include <stdbool.h>

/*
 * Call when everything is known that can go wrong, before the first output. If standard output is
 * a terminal, starts $PAGER, or `less -FRX` if that is unset and less is there, and lets standard
 * output lead to it; otherwise, and if `is_off`, does nothing. The pager has ended before the
 * process exits, however it exits.
 */
void pager_begin(bool is_off);

/*
 * Flush standard output; 0, or -1: it could not be written. That a pager's user has seen enough
 * is no error.
 */
int pager_flush(void);

#define PAGER_OPTION(struct_type, member)                                       \
	{                                                                           \
		"no-pager", 0, OPTION_FLAG, offsetof(struct struct_type, member), NULL, \
			"on a terminal, print without $PAGER (default: less)", NULL, NULL   \
	}

#endif
