/*
 * attach/choice.h - in which order the threads of a process are asked to stop.
 */
#ifndef OUTLIVE_ATTACH_CHOICE_H
#define OUTLIVE_ATTACH_CHOICE_H

#include <stddef.h>
#include <sys/types.h>

/*
 * The threads of a process, in *tids, which the caller frees: first those that sleep in a call that
 * restarts by itself, then those that run, then those whose call would fail; at random among
 * equals. Returns how many; 0: the process has ended, or memory is out.
 */
size_t choice_threads(pid_t pid, pid_t **tids);

#endif
