/*
 * library_paths.h - files that were installed for whoever uses them, told by where they
 * lie. Layer 0.
 */
#ifndef OUTLIVE_LIBRARY_PATHS_H
#define OUTLIVE_LIBRARY_PATHS_H

#include <stdbool.h>

/*
 * Whether a module's path lies in a directory where systems keep their libraries (lib,
 * lib64, .. of /, /usr and /usr/local; a store of Nix or Guix), or is no file at all
 * ("[vdso]").
 */
bool is_library_path(const char *path);

#endif
