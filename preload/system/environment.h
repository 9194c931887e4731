/*
 * system/environment.h - what a program needs in its environment to be recorded, kept since our
 * start, and handed on where a caller of exec leaves it out.
 *
 * handover_look() and handover_fill() run between vfork() and exec, in memory that is
 * another process's: they write nothing but what their caller gives them, call nothing of
 * libc's, and leave errno alone.
 */
#ifndef OUTLIVE_PRELOAD_SYSTEM_ENVIRONMENT_H
#define OUTLIVE_PRELOAD_SYSTEM_ENVIRONMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HANDOVER_STRINGS_MAX 4096 /* of a caller's environment; more is left as it is */

/* Remember a variable of our own environment; others than OUTLIVE_* are passed over. */
void handover_keep(const char *name, const char *value);

/* From here on what was kept is handed on, with this library. */
void handover_start(void);

/* The path under which the loader knows this library; "" before the start. */
const char *handover_library(void);

enum handover_result {
	HANDOVER_NONE,     /* nobody wants it recorded, or not by this recording */
	HANDOVER_COMPLETE, /* there is nothing to add */
	HANDOVER_LACKING,  /* what handover_fill() makes is to be passed instead */
	HANDOVER_FUTILE, /* so it is, but the library will not be found: it is taken out */
	HANDOVER_IMPOSSIBLE, /* something is missing, and cannot be added */
};

/* An environment, and what it lacks. */
struct handover {
	char *const *environment; /* NULL: an empty one */
	size_t count;             /* strings in it */
	size_t preload;           /* index of its LD_PRELOAD; `count`: it has none */
	size_t preload_bytes; /* of the new LD_PRELOAD, its NUL included; 0: none needed */
	bool takes_out;       /* LD_PRELOAD is to be without us */
	uint32_t missing;     /* a bit for each variable kept */
	size_t strings;       /* in the new environment, its NULL included */
};

/*
 * See what `environment` lacks. One that names another directory of rings, or an empty
 * one, was made by somebody who knows what he wants, and lacks nothing. `can_load`: the
 * library can be reached; where it cannot (in a new root) the loader would print that.
 */
enum handover_result handover_look(struct handover *handover, char *const *environment,
                                   bool can_load);

/*
 * The environment with what it lacks: into `strings`, handover->strings of them, and
 * `preload`, handover->preload_bytes. Returns `strings`. The caller's stays as it is.
 */
char **handover_fill(const struct handover *handover, char **strings, char *preload);

#endif
