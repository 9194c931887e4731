/*
 * record/costs_measure.h - measures what malloc, free, copying and memory cost on this machine.
 */
#ifndef OUTLIVE_RECORD_COSTS_MEASURE_H
#define OUTLIVE_RECORD_COSTS_MEASURE_H

#include "trace/costs.h"

/*
 * In this process, which is not recorded; takes 5 ms of the processor and 2 MiB. Without memory for
 * it, the costs are the usual ones.
 */
struct allocator_costs costs_measure(void);

#endif
