/*
 * self/raised_limits.h - limits of memory that are higher in the kernel than the program knows.
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
 * Give the next program the limits that this one has set, without what was added for the
 * recorder; also in a child of vfork(), which has limits of its own. Leaves errno alone.
 */
void raised_limits_before_exec(void);

/* exec failed: set the limits back, as far as the kernel allows. */
void raised_limits_after_exec(void);

#endif
