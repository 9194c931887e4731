/*
 * system/recorder.c - the initial state: not recording, and stubs for libgcc's unwinder.
 */
#include "system/recorder.h"

struct recorder recorder = { .stub_bias = 1 };
