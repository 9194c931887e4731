/*
 * stack/thread_survey.h - what other threads are doing, for whoever ends a recording.
 */
#ifndef OUTLIVE_PRELOAD_STACK_THREAD_SURVEY_H
#define OUTLIVE_PRELOAD_STACK_THREAD_SURVEY_H

#include <stdint.h>

/*
 * How many threads that have a state are in a hook. A thread may end meanwhile: its guard is
 * copied by the kernel.
 */
uint32_t thread_survey_inside(void);

/* How many frames of all threads return through a stub. Call while no thread is in a hook. */
uint32_t thread_survey_standing(void);

#endif
