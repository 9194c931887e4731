/*
 * interpose.h - the allocator's names, by which it is also asked for. Layer 11.
 */
#ifndef OUTLIVE_INTERPOSE_H
#define OUTLIVE_INTERPOSE_H

#include <stdbool.h>
#include <stdint.h>

/* The function of ours that stands before `function`; `function` itself, if none does. */
void *interpose_ours(void *function);

/* True if a function of ours has that name. */
bool interpose_has(const char *name);

#endif
