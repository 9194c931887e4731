/*
 * symbols/module_origin.h - which modules are the program's own, and which the system brought.
 */
#ifndef OUTLIVE_SYMBOLS_MODULE_ORIGIN_H
#define OUTLIVE_SYMBOLS_MODULE_ORIGIN_H

#include <stdbool.h>

/*
 * True if `module` (a path) is where distributions and package managers put libraries, and
 * not beside the program `executable`: in its directory, or below the one that holds its
 * bin/. Whoever looks at that program seldom changes it.
 */
bool module_is_of_system(const char *module, const char *executable);

/*
 * True if it is, and is a language's or the C library's own, or no file ("[vdso]"): nobody
 * writes it anew for one program.
 */
bool module_is_runtime(const char *module, const char *executable);

#endif
