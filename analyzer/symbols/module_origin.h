/*
 * symbols/module_origin.h - distinguishes the program's own modules from the system's.
 */
#ifndef OUTLIVE_SYMBOLS_MODULE_ORIGIN_H
#define OUTLIVE_SYMBOLS_MODULE_ORIGIN_H

#include <stdbool.h>

/*
 * Whether `module` (a path) is where distributions and package managers put libraries, and not
 * beside the program `executable`: not in its directory, nor below the directory that holds its
 * bin/. Whoever works on that program seldom changes such a module.
 */
bool module_is_of_system(const char *module, const char *executable);

/*
 * Whether the module is a system module that belongs to a language or to the C library, or is
 * not a file ("[vdso]"): it is never rewritten for one program.
 */
bool module_is_runtime(const char *module, const char *executable);

#endif
