/*
 * self/raised_limits.c - the limits that the kernel has in place of the program's.
 */
#include "self/raised_limits.h"

#include <stddef.h>

#include "system/system.h"

struct raised_limit raised_limits[RAISED_LIMITS] = { { .resource = RLIMIT_AS },
	                                                 { .resource = RLIMIT_DATA } };

long raised_limits_call(int resource, const struct rlimit *new_limit,
                        struct rlimit *old_limit)
{
	return system_call(SYS_prlimit64, 0, resource, (long)new_limit, (long)old_limit, 0,
	                   0);
}

void raised_limits_before_exec(void)
{
	for (size_t i = 0; i < RAISED_LIMITS; i++) {
		if (raised_limits[i].is_raised)
			raised_limits_call(raised_limits[i].resource, &raised_limits[i].asked,
			                   NULL);
	}
}

void raised_limits_after_exec(void)
{
	for (size_t i = 0; i < RAISED_LIMITS; i++) {
		struct rlimit soft = { raised_limits[i].given.rlim_cur,
			                   raised_limits[i].asked.rlim_max };

		if (!raised_limits[i].is_raised ||
		    raised_limits_call(raised_limits[i].resource, &raised_limits[i].given,
		                       NULL) == 0)
			continue;
		/* Lowered for good: add as much as the hard limit leaves. */
		if (soft.rlim_cur > soft.rlim_max)
			soft.rlim_cur = soft.rlim_max;
		if (raised_limits_call(raised_limits[i].resource, &soft, NULL) == 0)
			raised_limits[i].given = soft;
	}
}
