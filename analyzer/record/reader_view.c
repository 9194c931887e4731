/* record/reader_view.c - asks /proc about ourselves. */
#include "record/reader_view.h"

#include "ring_socket.h"

#include <sys/stat.h>

uint64_t reader_view(void)
{
	struct stat namespace, root;

	if (stat("/proc/self/ns/mnt", &namespace) || stat("/", &root))
		return 0;
	return ring_view(namespace.st_ino, root.st_dev, root.st_ino);
}

uint64_t reader_view_pids(void)
{
	struct stat namespace;

	return stat("/proc/self/ns/pid", &namespace) ? 0 : namespace.st_ino;
}
