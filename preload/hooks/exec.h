/*
 * hooks/exec.h - what another hook calls when a program starts one through it.
 */
#ifndef OUTLIVE_PRELOAD_HOOKS_EXEC_H
#define OUTLIVE_PRELOAD_HOOKS_EXEC_H

/* As hook_execve(), by the system call itself. */
long exec_hooks_execve(const char *path, char *const arguments[],
                       char *const environment[]);

#endif
