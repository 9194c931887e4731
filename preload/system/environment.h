/*
 * system/environment.h - the variables that a program needs to be recorded. They are kept from
 * our start, and passed on if a caller of exec leaves them out.
 *
 * environment_check() and environment_fill() run between vfork() and exec, in the memory of the
 * parent process. They write only what their caller gives them, call nothing of libc, and leave
 * errno alone.
 */
#ifndef OUTLIVE_PRELOAD_SYSTEM_ENVIRONMENT_H
#define OUTLIVE_PRELOAD_SYSTEM_ENVIRONMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HANDOVER_STRINGS_MAX 4096 /* a larger environment is left as it is */

/* Keep a variable of our own environment. Ignores all but OUTLIVE_*. */
void environment_keep(const char *name, const char *value);

/* From now on, pass the kept variables on, and this library. */
void environment_start(void);

/* Returns the path by which the loader knows this library; "" before the start. */
const char *environment_library(void);

enum environment_result {
	HANDOVER_NONE,       /* not to be recorded, or not by this recording */
	HANDOVER_COMPLETE,   /* nothing to add */
	HANDOVER_LACKING,    /* pass what environment_fill() makes instead */
	HANDOVER_FUTILE,     /* the same, without the library: the loader cannot load it */
	HANDOVER_IMPOSSIBLE, /* something is missing that cannot be added */
};

/* An environment, and what it lacks. */
struct handover {
	char *const *environment; /* NULL: empty */
	size_t count;             /* number of its strings */
	size_t preload;           /* index of LD_PRELOAD; `count`: there is none */
	size_t preload_bytes;     /* of the new LD_PRELOAD with its NUL; 0: not needed */
	bool takes_out;           /* the new LD_PRELOAD lacks this library */
	uint32_t missing;         /* one bit for each kept variable */
	size_t strings;           /* of the new environment, its NULL included */
};

/*
 * Check what `environment` lacks. If it names another directory of rings, or an empty one, this
 * was done on purpose, and it lacks nothing. `can_load` is false in a new root directory that
 * lacks the library, or for a program of another kind: the loader would print an error.
 */
enum environment_result environment_check(struct handover *handover,
                                          char *const *environment, bool can_load);

/*
 * Make an environment that has the missing variables, in `strings` (room for handover->strings)
 * and `preload` (room for handover->preload_bytes). Returns `strings`. The caller's environment
 * is not changed.
 */
char **environment_fill(const struct handover *handover, char **strings, char *preload);

#endif
