/*
 * top/help.h - the keys, as a screen of their own.
 */
#ifndef OUTLIVE_TOP_HELP_H
#define OUTLIVE_TOP_HELP_H

/* Draw it; what does not fit in the height is left out from the end on. */
void help_put(void);

#endif
