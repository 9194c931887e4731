/*
 * elf/library_name.h - recognizes functions of the standard libraries of C++ and Rust, by what
 * their compilers wrote down.
 */
#ifndef OUTLIVE_ELF_LIBRARY_NAME_H
#define OUTLIVE_ELF_LIBRARY_NAME_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Whether the name in a symbol table, or the linkage name of debug information, is of a standard
 * library: C++ names in std, __gnu_cxx and __cxxabiv1, operator new and delete, Rust names of
 * core, alloc, std, hashbrown and what goes with them. A lambda belongs to the function around
 * it. A Rust function belongs to the crate that it is written in: core::clone::Clone for
 * app::Token to app, the same for a Vec of app::Token to alloc.
 */
bool is_library_symbol(const char *symbol);

/*
 * The same of a demangled name. The text does not say all: in doubt it is not the library's.
 * Meant for what has no better name.
 */
bool is_library_text(const char *name);

/* Whether a C++ namespace of `bytes` characters, which is in no other, is the library's. */
bool is_library_namespace(const char *name, size_t bytes);

/* Whether a source file belongs to such a library: "/usr/include/c++/12/bits/stl_vector.h". */
bool is_library_source(const char *path);

/* Whether the module is such a library: "/usr/lib/libstdc++.so.6". */
bool is_library_module(const char *path);

#endif
