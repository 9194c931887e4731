/*
 * system/mapping_name.h - finds the file that is mapped at an address.
 */
#ifndef OUTLIVE_PRELOAD_SYSTEM_MAPPING_NAME_H
#define OUTLIVE_PRELOAD_SYSTEM_MAPPING_NAME_H

#include <stddef.h>
#include <stdint.h>

/*
 * Write the name of the mapping at `address` in /proc/self/maps to `name`, at most `capacity`
 * bytes, without a NUL. Returns its length; 0: there is none. Uses system calls only; takes
 * tens of microseconds.
 */
size_t mapping_name_find(uintptr_t address, char *name, size_t capacity);

#endif
