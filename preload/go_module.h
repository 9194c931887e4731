/*
 * go_module.h - whether code is of a module that Go built. Layer 3.
 *
 * Go's runtime asks the kernel what handlers there are, and hands faults in C code on to
 * them: it must not find ours.
 */
#ifndef OUTLIVE_GO_MODULE_H
#define OUTLIVE_GO_MODULE_H

#include <stdbool.h>
#include <stdint.h>

/* True if the module that holds `address` carries Go's build id. */
bool go_module_holds(uintptr_t address);

#endif
