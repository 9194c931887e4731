/*
 * elf/cxx_name.h - the parts of a demangled C++ or Rust name.
 */
#ifndef OUTLIVE_ELF_CXX_NAME_H
#define OUTLIVE_ELF_CXX_NAME_H

#include <stddef.h>

/* Where the name begins behind a return type: "std::f<int>(int)" of "void std::f<..". */
const char *function_name_start(const char *function);

/*
 * The public name of what libc calls __strdup, __GI___strdup, __libc_reallocarray or
 * _IO_vasprintf inside: debug symbols name it so. Other names as they are.
 */
const char *function_name_public(const char *function);

/*
 * The name as people say it: no return type, template arguments "<>", parameters "()".
 * Into `to`, which has `bytes` (>= 1) of room; cut if longer. Returns `to`.
 */
char *function_name_short(char *to, size_t bytes, const char *function);

/*
 * What it has in common with its variants: the class, or the function without arguments
 * of either kind. "std::vector" of "void std::vector<int>::reserve(unsigned long)",
 * "alloc::string::String" of "<alloc::string::String as core::fmt::Write>::write_str", but
 * "std::path::Path::join" of "<std::path::Path>::join::{closure#0}"; the
 * trait if its type has no path, for that is a parameter or built in. Never "" of a name.
 * Room as above.
 */
char *function_name_family(char *to, size_t bytes, const char *function);

#endif
