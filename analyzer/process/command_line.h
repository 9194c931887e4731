/* process/command_line.h - the command line of a living process. */
#ifndef OUTLIVE_PROCESS_COMMAND_LINE_H
#define OUTLIVE_PROCESS_COMMAND_LINE_H

#include <stddef.h>
#include <sys/types.h>

/* Its arguments with spaces between, cut at `capacity` - 1 bytes; "" if it cannot be read. */
void command_line_read(pid_t pid, char *text, size_t capacity);

#endif
