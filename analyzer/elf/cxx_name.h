/*
 * elf/cxx_name.h - splits a demangled C++ or Rust name, or one of Go, into its parts.
 */
#ifndef OUTLIVE_ELF_CXX_NAME_H
#define OUTLIVE_ELF_CXX_NAME_H

#include <stddef.h>
#include <stdint.h>

/* Where the name begins after a return type: "std::f<int>(int)" in "void std::f<int>(int)". */
const char *function_name_start(const char *function);

/* How many bytes of a name come before its parameters. */
size_t function_name_bytes(const char *function);

/*
 * The public name of a function that debug symbols call by libc's internal name: __strdup,
 * __GI___strdup, __libc_reallocarray, _IO_vasprintf. Other names are returned unchanged.
 */
const char *function_name_public(const char *function);

/*
 * Write the name as people say it: without return type, template arguments as "<>", parameters
 * as "()". `to` has room for `bytes` (>= 1); a longer name is cut. Returns `to`.
 */
char *function_name_short(char *to, size_t bytes, const char *function);

/*
 * The same, but the brackets of `shown` are written with what is in them: bit i is the i-th '<' or
 * '(' that comes after the return type, the last bit stands for all further ones. A bracket that
 * is short, as people write it, is shown with all brackets in it; in a longer one these are shown
 * only if they are in `shown`, too.
 */
#define NAME_BRACKETS 32
char *function_name_partly(char *to, size_t bytes, const char *function,
                           uint32_t shown);

/*
 * The brackets of the function's name around the first character in which `one` differs from
 * `other`: to be shown, so that it is. `one` is a part of the name, up to its end.
 */
uint32_t function_name_difference(const char *function, const char *one,
                                  const char *other);

/* Sets texts[i] and lengths[i] of the brackets that would be skipped; returns how many. */
size_t function_name_brackets(const char *function, const char *texts[NAME_BRACKETS],
                              size_t lengths[NAME_BRACKETS]);

/*
 * Write what a function has in common with its variants: its class, or its name without
 * template arguments and parameters. "std::vector" for "void std::vector<int>::reserve(unsigned
 * long)", "alloc::string::String" for "<alloc::string::String as core::fmt::Write>::write_str",
 * but "std::path::Path::join" for "<std::path::Path>::join::{closure#0}". The trait, if its
 * type has no path: that type is a parameter or built in. Never "" unless the name is. `to` and
 * `bytes` as above.
 */
char *function_name_family(char *to, size_t bytes, const char *function);

#endif
