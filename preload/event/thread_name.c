/*
 * event/thread_name.c - write names of threads as NAME records, or as definitions.
 */
#include "event/thread_name.h"

#include "system/clock.h"
#include "ring/definitions.h"
#include "ring/ring.h"
#include "event/depth.h"
#include "system/system.h"
#include "self/thread_comm.h"

#define THREADS_WALKED_MAX 4096
#define OTHERS_MAX 4096 /* names recorded by other threads; they stay in the ring */

static_assert(THREAD_COMM_BYTES == THREAD_NAME_WORDS * sizeof(uint64_t), "as words");

static _Atomic uint32_t others_recorded;

/* ---- by the thread itself ------------------------------------------------------- */

/*
 * Record the thread's present name. False: it has changed, but there was no room to record it.
 */
static bool own_record(struct thread_state *state, uint64_t *words)
{
	thread_comm_read(state->tid, (char *)words);
	if (thread_state_is_named(state, words))
		return true;
	if (!name_put(state, clock_after(), words))
		return false;
	thread_state_name(state, words);
	return true;
}

void thread_name_record(struct thread_state *state)
{
	uint64_t words[THREAD_NAME_WORDS];

	own_record(state, words); /* if it fails, the next run has the name */
}

/* ---- by others ------------------------------------------------------------------ */

static void definition_write(uint32_t serial, uint32_t tid, const uint64_t *words)
{
	struct thread_name_definition *definition;

	if (!definitions_enter()) {
		ring_count_loss(LOST_DEFINITIONS, 1);
		return;
	}
	definition = definition_reserve(sizeof(*definition));
	if (definition) {
		*definition = (struct thread_name_definition){
			.header = { DEFINITION_THREAD_NAME, sizeof(*definition), 0, clock_after() },
			.thread = serial,
			.tid = tid,
		};
		memcpy(definition->name, words, sizeof(definition->name));
		definition_commit(sizeof(*definition));
	}
	definitions_leave();
}

void thread_name_record_last(struct thread_state *state)
{
	uint64_t words[THREAD_NAME_WORDS];

	if (state->cursor.events && !own_record(state, words))
		definition_write(state->serial, state->tid, words);
}

void thread_name_record_other(uintptr_t pointer, const char *name)
{
	struct thread_state *state = thread_states();
	uint64_t words[THREAD_NAME_WORDS] = { 0 };
	uint32_t tid = 0, serial = 0;

	for (int i = 0; state && i < THREADS_WALKED_MAX; i++, state = state->next) {
		serial = state->serial;
		tid = state->tid;
		if (thread_state_is_live(state) && state->pointer == pointer)
			break;
		tid = 0;
	}
	for (size_t i = 0; i < THREAD_COMM_BYTES - 1 && name[i]; i++)
		((char *)words)[i] = name[i];
	/* A thread that has not allocated yet records its name with its first allocation. */
	if (!tid || thread_state_is_named(state, words) ||
	    atomic_fetch_add_explicit(&others_recorded, 1, memory_order_relaxed) >=
	        OTHERS_MAX)
		return;
	thread_state_name(state, words);
	definition_write(serial, tid, words);
}

void thread_names_record(void)
{
	struct thread_state *state = thread_states();
	uint32_t own_tid = system_tid(), tid, serial;
	uint64_t words[THREAD_NAME_WORDS];

	for (int i = 0; state && i < THREADS_WALKED_MAX; i++, state = state->next) {
		serial = state->serial;
		tid = state->tid;
		if (!thread_state_is_live(state) || tid == own_tid || !state->cursor.events ||
		    !thread_comm_read(tid, (char *)words) ||
		    thread_state_is_named(state, words))
			continue;
		thread_state_name(state, words);
		definition_write(serial, tid, words);
	}
}
