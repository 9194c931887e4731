/*
 * attach/library.h - liboutlive.so in a process: whether it is loaded, its control block, and the
 * path by which the process can open it.
 */
#ifndef OUTLIVE_ATTACH_LIBRARY_H
#define OUTLIVE_ATTACH_LIBRARY_H

#include "attach/elsewhere.h"
#include "attach/remote.h"
#include "attach_format.h"

/*
 * Find the library among the loaded objects, by the build-id of the file `path`. *control: the
 * address of its control block, *serve that of its service function; 0: it is not loaded. 0, or -1
 * and *error: another version of it is loaded, or the file is no such library.
 */
int library_find(const struct remote *remote, const char *path, uint64_t *control,
                 uint64_t *serve, struct error *error);

/* Read the control block. False: it is none that we know. */
bool library_control(const struct remote *remote, uint64_t at,
                     struct attach_control *control);

/*
 * How the process can open the file: its path there, in `seen`; that of a copy, if the process sees
 * other files than we do. 0, or -1 and *error: it cannot, and what to do.
 */
int library_reach(pid_t pid, const char *path, struct elsewhere *there, char *seen,
                  size_t bytes, struct error *error);

#endif
