/*
 * process/ring_mapper.h - which process has a ring mapped.
 *
 * A ring names its process as that process knows itself: in another pid namespace this
 * is a number that means somebody else, or nobody, to us.
 */
#ifndef OUTLIVE_PROCESS_RING_MAPPER_H
#define OUTLIVE_PROCESS_RING_MAPPER_H

#include <stdbool.h>
#include <sys/types.h>

#define MAPPER_GONE 0
#define MAPPER_UNKNOWN (-1)

/*
 * The pid, as we see it, of the process that calls itself `pid` and has the file mapped
 * that we have mapped at `map`, or that hides its mappings from us but is `user`'s.
 * MAPPER_GONE: no such process runs (a zombie has ended), or it has become another program.
 * MAPPER_UNKNOWN: /proc is not there, or that of another pid namespace than ours.
 */
pid_t ring_mapper_find(const void *map, pid_t pid, uid_t user);

/*
 * Whether that process is there, for an open ring file. Where /proc does not say, any
 * process of that pid is taken for it.
 */
bool ring_mapper_is_there(int file, pid_t pid, uid_t user);

#endif
