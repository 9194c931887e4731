/* commands/pid.h - a process that a command line names. */
#ifndef OUTLIVE_COMMANDS_PID_H
#define OUTLIVE_COMMANDS_PID_H

#include <sys/types.h>

/* Read a pid. Exits with an error that names the command if the text is none. */
pid_t pid_read(const char *command, const char *text);

#endif
