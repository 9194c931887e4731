/*
 * system/control.h - the control block, by which `outlive attach` knows what this library does
 * in its process. Exported as `outlive_control`; see attach_format.h.
 */
#ifndef OUTLIVE_PRELOAD_SYSTEM_CONTROL_H
#define OUTLIVE_PRELOAD_SYSTEM_CONTROL_H

#include <stdatomic.h>
#include <stdint.h>

#include "attach_format.h"

extern struct attach_control outlive_control __attribute__((visibility("default")));

static inline enum attach_state control_state(void)
{
	return (enum attach_state)atomic_load_explicit(
		(_Atomic uint32_t *)&outlive_control.state, memory_order_acquire);
}

/* Release: whoever sees the state sees what was written before. */
static inline void control_set_state(enum attach_state state)
{
	atomic_store_explicit((_Atomic uint32_t *)&outlive_control.state, state,
	                      memory_order_release);
}

#endif
