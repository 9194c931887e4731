/*
 * system/mapping_name.h - which file lies at an address.
 */
#ifndef OUTLIVE_PRELOAD_SYSTEM_MAPPING_NAME_H
#define OUTLIVE_PRELOAD_SYSTEM_MAPPING_NAME_H

#include <stddef.h>
#include <stdint.h>

/*
 * The name that /proc/self/maps has for what lies at `address`, at most `capacity` bytes
 * without a NUL, into `name`: its length, 0 if there is none. System calls only; tens of
 * microseconds.
 */
size_t mapping_name_find(uintptr_t address, char *name, size_t capacity);

#endif
