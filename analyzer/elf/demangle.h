/*
 * elf/demangle.h - the names that C++, Rust and D compilers write into symbol tables, as their
 * authors would.
 */
#ifndef OUTLIVE_ELF_DEMANGLE_H
#define OUTLIVE_ELF_DEMANGLE_H

/*
 * "_ZN3foo3barEi" becomes "foo::bar(int)"; Rust's hashes are left out. NULL: it is no
 * mangled name, or cannot be demangled, and is best shown as it is. The caller frees.
 */
char *demangle(const char *name);

#endif
