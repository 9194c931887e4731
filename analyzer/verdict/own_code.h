/*
 * verdict/own_code.h - which functions are the user's own code, and which functions of libraries
 * the user wants to see.
 */
#ifndef OUTLIVE_VERDICT_OWN_CODE_H
#define OUTLIVE_VERDICT_OWN_CODE_H

#include "verdict/class_options.h"
#include "verdict/function_table.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * By default a list shows a function of the user's before another one unless that weighs more than
 * so many times as much.
 */
#define OWN_CODE_TIMES 10

/*
 * Set is_kept and is_mine of all functions by the options. A kept function is neither a library's
 * nor an allocator. Without patterns of the user's, is_mine is a guess: see own_code_is_guess().
 */
void own_code_find(struct function_table *table, const struct profile *profile,
                   const struct class_options *options);

/*
 * Whether one of the globs matches the name of a function, with or without its parameters: users
 * type it without.
 */
bool function_name_matches(const char *name, const char *const *globs, size_t count);

/*
 * Whether the function is of one of these families (function_name_family()), as reports name
 * skipped wrappers: "std::vector".
 */
bool function_family_matches(const char *name, const char *const *families,
                             size_t count);

/*
 * Whether the code is more likely the user's than installed: by its source file, or if that is
 * not known ("") only by its module. Nothing below /usr is, but for /usr/src and what was built
 * into /usr/local; nor is what a toolchain or a package manager fetched.
 */
bool own_code_is_guess(const char *home, const char *module);

/*
 * Whether a pattern of the user's matches: a file or a directory, or a glob of one, which the
 * source file or the module is or is in: "/home/me/src", or "src/" for a src anywhere that is not
 * installed; or else a namespace, or the name of a function, or a glob of that.
 */
bool own_code_is_match(const char *pattern, const char *function, const char *home,
                       const char *module);

/*
 * Order by weight, the most first, the user's own code before others: always if the user gave
 * patterns, else as OWN_CODE_TIMES says. What weighs nothing comes last. <0: the first comes
 * first; 0: equal weights of equal kind.
 */
int own_code_compare(const struct function_table *table, bool is_mine_one, uint64_t one,
                     bool is_mine_two, uint64_t two);

#endif
