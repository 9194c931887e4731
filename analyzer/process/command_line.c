/* process/command_line.c - reads /proc/PID/cmdline. */
#include "process/command_line.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

void command_line_read(pid_t pid, char *text, size_t capacity)
{
	char path[64];
	ssize_t bytes = 0;
	int file;

	snprintf(path, sizeof(path), "/proc/%d/cmdline", (int)pid);
	file = open(path, O_RDONLY | O_CLOEXEC);
	if (file >= 0) {
		bytes = read(file, text, capacity - 1);
		close(file);
	}
	while (bytes > 0 && !text[bytes - 1])
		bytes--;
	text[bytes > 0 ? bytes : 0] = 0;
	for (; bytes > 0; bytes--) {
		if (!text[bytes - 1])
			text[bytes - 1] = ' ';
	}
}
