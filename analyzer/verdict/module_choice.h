/*
 * verdict/module_choice.h - which modules of a profile a user means by a name.
 */
#ifndef OUTLIVE_VERDICT_MODULE_CHOICE_H
#define OUTLIVE_VERDICT_MODULE_CHOICE_H

#include "base/error.h"
#include "trace/address_map.h"

#include <stddef.h>
#include <stdint.h>

/* The name of a module in sentences: what follows the last slash of its path. */
const char *module_last_part(const char *path);

/*
 * Set is_meant[module] for each module with among[module] that `which` means: its name, its
 * path, a glob or a part; reset all others. A part must be of one module only. `count`: of the
 * map's modules; `does`: what their functions do, "allocate". Returns 0; -1 and *error: none is
 * meant, or several are, and the message lists what there is.
 */
int modules_mean(uint8_t *is_meant, const struct address_map *map, const uint8_t *among,
                 size_t count, const char *which, const char *does,
                 struct error *error);

#endif
