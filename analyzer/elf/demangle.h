/*
 * elf/demangle.h - demangles the names that C++, Rust and D compilers write into symbol tables.
 */
#ifndef OUTLIVE_ELF_DEMANGLE_H
#define OUTLIVE_ELF_DEMANGLE_H

#include <stdbool.h>

/*
 * Demangle a name: "_ZN3foo3barEi" becomes "foo::bar(int)"; Rust's hashes are left out. The
 * caller frees the result. NULL: the name is not mangled or cannot be demangled; show it
 * unchanged.
 */
char *demangle(const char *name);

/*
 * Whether demangle() leaves out the hash in the name that sets a Rust function apart from those
 * of other crates, or versions of a crate, of the same name.
 */
bool demangle_drops_hash(const char *name);

#endif
