/*
 * event/hold.h - hold the recording: another thread cannot end it meanwhile.
 *
 * A thread that holds its guard is seen by whoever ends a recording through its state. A thread
 * that has no state is counted here.
 */
#ifndef OUTLIVE_PRELOAD_EVENT_HOLD_H
#define OUTLIVE_PRELOAD_EVENT_HOLD_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Take the guard for what is no event, but reads or writes what belongs to the recording: its ring,
 * or the thread's frames in it. `slot`: an address in the caller's frame. False: the guard is held
 * already, or nothing is recorded, or this is a forked child that has not noticed it yet.
 */
bool hold_take(uintptr_t slot);
void hold_give(void);

/*
 * The same for what is written also where the guard is held: a signal handler may have interrupted
 * the recorder. *held is what hold_give_also() needs.
 */
bool hold_take_also(uintptr_t slot, bool *held);
void hold_give_also(bool held);

/*
 * Count this thread, which has the guard, but no state. What is recorded has to be asked after
 * this.
 */
void hold_stateless(void);
void hold_give_stateless(void);

/* How many threads are counted here. */
uint32_t hold_count(void);

/* This process is a forked child: those that were counted are its parent's. */
void hold_forked(void);

#endif
