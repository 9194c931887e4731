/*
 * process/ring_mapper.h - finds the process that has a ring mapped.
 *
 * A ring holds the pid that its process has in its own pid namespace. In another namespace that
 * number belongs to another process, or to none.
 */
#ifndef OUTLIVE_PROCESS_RING_MAPPER_H
#define OUTLIVE_PROCESS_RING_MAPPER_H

#include <stdbool.h>
#include <sys/types.h>

#define MAPPER_GONE 0
#define MAPPER_UNKNOWN (-1)

/*
 * The pid, in this process's namespace, of the process that has `pid` in its own one and maps
 * the same file as this process does at `map`; or whose maps are not readable here, but whose
 * user is `user`. MAPPER_GONE: no such process runs (a zombie counts as ended), or it has
 * exec'ed another program. MAPPER_UNKNOWN: /proc is missing, or belongs to another pid
 * namespace.
 */
pid_t ring_mapper_find(const void *map, pid_t pid, uid_t user);

/*
 * Whether the process of an open ring file still runs. If /proc does not tell, any process with
 * that pid is taken for it.
 */
bool ring_mapper_is_there(int file, pid_t pid, uid_t user);

#endif
