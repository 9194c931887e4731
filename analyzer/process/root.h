/*
 * process/root.h - files as another process sees them: below its root directory, which may be that
 * of a container. Links there are followed as that process would follow them. By the path
 * /proc/PID/root/.. an absolute link would lead into our own files instead.
 */
#ifndef OUTLIVE_PROCESS_ROOT_H
#define OUTLIVE_PROCESS_ROOT_H

#include <stdbool.h>
#include <sys/types.h>

/* A descriptor (O_PATH) of the process's root directory, or -1 with errno. */
int process_root(pid_t pid);

/* Whether the directory of process_root() is our own root, too. */
bool process_root_is_ours(int root);

/*
 * Open an existing file by its path below `root`: no link leads out of it, and ".." ends there.
 * `flags` as for open(); O_CLOEXEC is added. Before Linux 5.6 a path with a link in it is refused
 * (ELOOP, ENOTDIR). -1 with errno.
 */
int process_root_open(int root, const char *path, int flags);

#endif
