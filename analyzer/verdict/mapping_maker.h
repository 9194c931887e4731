/*
 * verdict/mapping_maker.h - which function a call that maps memory counts for.
 */
#ifndef OUTLIVE_VERDICT_MAPPING_MAKER_H
#define OUTLIVE_VERDICT_MAPPING_MAKER_H

#include "verdict/classes.h"

#include <stdint.h>

/*
 * The innermost frame of a call path (a node of the call tree) that is no wrapper; the innermost
 * of all if every frame is one. A wrapper of mmap() that has no known name is a function like any
 * other.
 */
uint32_t mapping_maker_node(const struct classes *classes, uint32_t node);

#endif
