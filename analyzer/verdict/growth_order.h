/*
 * verdict/growth_order.h - the growing call sites in the order in which a reader wants them.
 */
#ifndef OUTLIVE_VERDICT_GROWTH_ORDER_H
#define OUTLIVE_VERDICT_GROWTH_ORDER_H

#include "verdict/classes.h"

#include <stdbool.h>
#include <stdint.h>

/* What grew by less than this, or by less than this part of the peak, matters little. */
#define GROWTH_MATTERS_BYTES 65536
#define GROWTH_PEAK_DIVISOR 100

/* Order by growth since half of main, and whose code it is: <0: `one` comes first. */
int growth_compare(const struct classes *classes, bool is_mine_one, uint64_t one,
                   bool is_mine_two, uint64_t two);

/*
 * Write the numbers of the growing call sites into `order`, which has room for all: in the
 * order of growth_compare(): the largest growth first, but the user's own code before others
 * (own_code.h). Own code that grows by next to nothing does not come before what matters, unless
 * the user gave patterns. Returns how many there are.
 */
uint32_t growth_order(const struct classes *classes, uint32_t *order);

#endif
