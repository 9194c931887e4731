/*
 * function_names.h - the parts of a demangled C++ or Rust name. Layer 0.
 */
#ifndef OUTLIVE_FUNCTION_NAMES_H
#define OUTLIVE_FUNCTION_NAMES_H

#include <stddef.h>

/* Where the name begins behind a return type: "std::f<int>(int)" of "void std::f<..". */
const char *function_name_start(const char *function);

/*
 * The name as people say it: no return type, template arguments "<>", parameters "()".
 * Into `to`, which has `bytes` (>= 1) of room; cut if longer. Returns `to`.
 */
char *function_name_short(char *to, size_t bytes, const char *function);

#endif
