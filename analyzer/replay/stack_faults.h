/*
 * replay/stack_faults.h - which of the faults of a recording its process ended by.
 */
#ifndef OUTLIVE_REPLAY_STACK_FAULTS_H
#define OUTLIVE_REPLAY_STACK_FAULTS_H

#include "replay/stack_depths.h"

/*
 * The process began to exit at `exit_start`, UINT64_MAX: never. Faults after which it went on,
 * in spite of an abort(), are forgotten.
 */
void stack_faults_settle(struct stack_depths *depths, uint64_t exit_start);

#endif
