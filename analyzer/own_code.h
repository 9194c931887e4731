/*
 * own_code.h - which modules are the program's own, and which the system brought. Layer 1.
 */
#ifndef OUTLIVE_OWN_CODE_H
#define OUTLIVE_OWN_CODE_H

#include <stdbool.h>

/*
 * True if `module` (a path) is where distributions and package managers put libraries, and
 * not beside the program `executable`: in its directory, or below the one that holds its
 * bin/. Whoever looks at that program seldom changes it.
 */
bool module_is_of_system(const char *module, const char *executable);

#endif
