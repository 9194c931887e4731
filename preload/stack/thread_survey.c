/* stack/thread_survey.c - go through the states of all threads. */
#include "stack/thread_survey.h"

#include <stddef.h>

#include "stack/stub_pool.h"
#include "stack/thread_state.h"
#include "system/system.h"

uint32_t thread_survey_inside(void)
{
	uint32_t count = 0;

	for (const struct thread_state *state = thread_states(); state;
	     state = state->next) {
		const struct guard *other = state->guard;
		uintptr_t sp = 0;

		if (state->tid && other != &guard && system_copy(&sp, &other->sp, sizeof(sp)) &&
		    sp)
			count++;
	}
	return count;
}

uint32_t thread_survey_standing(void)
{
	uint32_t count = 0;

	for (const struct thread_state *state = thread_states(); state;
	     state = state->next) {
		for (uint32_t i = 0; state->tid && i < state->stack.depth; i++) {
			stub_id stub = state->stack.frames[i].stub;

			count += stub && !outlive_stub_entries[stub].returned;
		}
	}
	return count;
}
