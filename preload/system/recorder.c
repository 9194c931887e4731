/*
 * system/recorder.c - the initial state: not recording, and stubs for libgcc's unwinder.
 */
#include "system/recorder.h"

const volatile uint32_t recorder_nothing = RECORDER_NOTHING;
struct recorder recorder = { .sentinel = &recorder_nothing, .stub_bias = 1 };
