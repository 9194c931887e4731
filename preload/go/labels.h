/*
 * go/labels.h - the labels that a program has given a goroutine (runtime/pprof.Do), as they are
 * recorded.
 *
 * Go's own profilers have them in a map (up to 1.23) or in a list, which no one changes once a
 * goroutine has it. So the labels of the goroutine that has called C stay as they are meanwhile. A
 * program may have put something else there: each address is checked.
 */
#ifndef OUTLIVE_PRELOAD_GO_LABELS_H
#define OUTLIVE_PRELOAD_GO_LABELS_H

#include <stdint.h>

#include "go/goroutine.h"
#include "record_format.h"

/*
 * Write the labels of a goroutine as the end of a GOROUTINE record has them, at most
 * GOROUTINE_LABELS_MAX bytes. Returns the bytes; 0: there are none, or they are not understood.
 */
uint32_t go_labels_read(const struct goroutine *goroutine, uint8_t *to);

#endif
