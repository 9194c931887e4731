/*
 * event/mapping.h - writes MAPPING records: which memory a call has mapped or unmapped.
 */
#ifndef OUTLIVE_PRELOAD_EVENT_MAPPING_H
#define OUTLIVE_PRELOAD_EVENT_MAPPING_H

#include <stdbool.h>
#include <stdint.h>

#include "stack/thread_state.h"

/* One call; the fields are those of the record. */
struct mapping {
	enum mapping_call call;
	int error;
	uintptr_t address;
	uint64_t size_bytes;
	int protection, flags;
	int file; /* a descriptor, whose path is read; -1: none */
};

/*
 * Write the record after the thread's last event, which was the STACK record of the call at
 * `time`. Takes another chunk if this one has no room. False: there is none.
 */
bool mapping_put(struct thread_state *state, const struct mapping *mapping,
                 uint64_t time);

#endif
