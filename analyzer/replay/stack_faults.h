/*
 * replay/stack_faults.h - which of the recorded faults ended the process.
 */
#ifndef OUTLIVE_REPLAY_STACK_FAULTS_H
#define OUTLIVE_REPLAY_STACK_FAULTS_H

#include "replay/stack_depths.h"

/*
 * Drop the faults after which the process continued, even after an abort(). `exit_start`: when
 * the process began to exit; UINT64_MAX: never.
 */
void stack_faults_settle(struct stack_depths *depths, uint64_t exit_start);

#endif
