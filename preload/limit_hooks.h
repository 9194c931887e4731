/*
 * limit_hooks.h - limits of memory that are larger than the program knows. Layer 10.
 */
#ifndef OUTLIVE_LIMIT_HOOKS_H
#define OUTLIVE_LIMIT_HOOKS_H

/*
 * The next program gets the limits that this one has set, without what was added for ours;
 * also in a child of vfork(), whose limits are its own. errno stays.
 */
void limits_before_exec(void);

/* It failed: the limits are as before, as far as the kernel allows. */
void limits_after_exec(void);

#endif
