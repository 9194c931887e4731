/*
 * verdict/growth_order.h - the growing call sites in the order in which a reader wants them.
 */
#ifndef OUTLIVE_VERDICT_GROWTH_ORDER_H
#define OUTLIVE_VERDICT_GROWTH_ORDER_H

#include "verdict/classes.h"

#include <stdint.h>

/*
 * Write the numbers of the growing call sites into `order`, which has room for all: the largest
 * growth since half of main first, but the user's own code before others (own_code.h). Returns how
 * many there are.
 */
uint32_t growth_order(const struct classes *classes, uint32_t *order);

#endif
