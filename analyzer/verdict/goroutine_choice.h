/*
 * verdict/goroutine_choice.h - the goroutines that begin with a function, as a user names it.
 */
#ifndef OUTLIVE_VERDICT_GOROUTINE_CHOICE_H
#define OUTLIVE_VERDICT_GOROUTINE_CHOICE_H

#include "replay/profile.h"
#include "replay/thread_choice.h"

/* What the user means: the name of a function, or a glob, without GOROUTINES_OF. */
const char *goroutines_meant(const char *which);

/*
 * Put the starts of all goroutines that begin with such a function into the choice, which was
 * zeroed; if there are none, it stays without. 0, or -1: memory is out. Release the choice anyway.
 */
int goroutines_choose(struct thread_choice *choice, const struct profile *all,
                      const char *which);

#endif
