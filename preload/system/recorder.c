/*
 * system/recorder.c - nothing is recorded at first, and stubs are as libgcc's unwinder wants
 * them.
 */
#include "system/recorder.h"

struct recorder recorder = { .stub_bias = 1 };
