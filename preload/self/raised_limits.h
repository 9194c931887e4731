/*
 * self/raised_limits.h - limits of memory that are larger than the program knows.
 */
#ifndef OUTLIVE_PRELOAD_SELF_RAISED_LIMITS_H
#define OUTLIVE_PRELOAD_SELF_RAISED_LIMITS_H

#include <stdbool.h>
#include <sys/resource.h>

/* A limit that the program has set, and what the kernel was given for it. */
struct raised_limit {
	int resource; /* RLIMIT_* */
	bool is_raised;
	struct rlimit asked, given;
};

#define RAISED_LIMITS 2
extern struct raised_limit raised_limits[RAISED_LIMITS];

/* prlimit(2) of the calling process; either may be NULL. 0, or -errno. */
long raised_limits_call(int resource, const struct rlimit *new_limit,
                        struct rlimit *old_limit);

/*
 * The next program gets the limits that this one has set, without what was added for ours;
 * also in a child of vfork(), whose limits are its own. errno stays.
 */
void raised_limits_before_exec(void);

/* It failed: the limits are as before, as far as the kernel allows. */
void raised_limits_after_exec(void);

#endif
