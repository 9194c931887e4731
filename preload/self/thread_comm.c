/*
 * self/thread_comm.c - asks the kernel for the calling thread's name, reads others' in /proc.
 */
#include "self/thread_comm.h"

#include "system/system.h"

#define PATH_BYTES 64

/* "/proc/self/task/TID/comm" */
static void comm_path(char path[PATH_BYTES], uint32_t tid)
{
	static const char before[] = "/proc/self/task/", after[] = "/comm";
	char digits[10];
	size_t count = 0, used = sizeof(before) - 1;

	memcpy(path, before, used);
	do
		digits[count++] = (char)('0' + tid % 10);
	while (tid /= 10);
	while (count)
		path[used++] = digits[--count];
	memcpy(path + used, after, sizeof(after));
}

bool thread_comm_read(uint32_t tid, char name[THREAD_COMM_BYTES])
{
	char path[PATH_BYTES];
	long count;
	int fd;

	memset(name, 0, THREAD_COMM_BYTES);
	if (tid == system_tid()) {
		system_thread_name(name);
		return true;
	}
	comm_path(path, tid);
	fd = system_open(path, O_RDONLY | O_CLOEXEC, 0);
	if (fd < 0)
		return false;
	count = system_read(fd, name, THREAD_COMM_BYTES);
	system_close(fd);
	if (count <= 0)
		return false;
	name[count - 1] = '\0'; /* the end of the line */
	return true;
}
