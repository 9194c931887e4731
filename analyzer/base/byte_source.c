/* base/byte_source.c - reads bytes at any offset, from a file or from memory. */
#include "base/byte_source.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/*
 * Takes ownership of `fd`, which is -1 if opening failed (errno says why). Checks what was
 * opened, not the path before: the path may name another file by then.
 */
static int byte_source_take(struct byte_source *source, int fd, const char *name,
                            struct error *error)
{
	struct stat status;

	if (fd < 0)
		return error_set(error, "%s: cannot be opened: %s", name, strerror(errno));
	if (fstat(fd, &status) || !S_ISREG(status.st_mode)) {
		close(fd);
		return error_set(error, "%s: is no regular file", name);
	}
	*source = (struct byte_source){ .bytes = (uint64_t)status.st_size, .fd = fd };
	source->name = strdup(name);
	if (!source->name) {
		close(fd);
		return error_set(error, "%s: out of memory", name);
	}
	return 0;
}

int byte_source_open(struct byte_source *source, const char *path, struct error *error)
{
	/* O_NONBLOCK: opening a fifo must not block before fstat() shows that it is one. */
	return byte_source_take(source, open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK), path,
	                        error);
}

int byte_source_open_at(struct byte_source *source, int directory, const char *name,
                        struct error *error)
{
	int flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW;

	return byte_source_take(source, openat(directory, name, flags), name, error);
}

int byte_source_memory(struct byte_source *source, const char *name,
                       const uint8_t *memory, size_t bytes)
{
	*source = (struct byte_source){ .bytes = bytes, .memory = memory, .fd = -1 };
	source->name = strdup(name);
	return source->name ? 0 : -1;
}

/* A source without a name was never opened, so its `fd` is not closed. */
void byte_source_close(struct byte_source *source)
{
	free(source->name);
	if (!source->memory && source->name)
		close(source->fd);
	*source = (struct byte_source){ .fd = -1 };
}

bool byte_source_is_of(const struct byte_source *source, int fd)
{
	struct stat ours, other;

	return !source->memory && !fstat(source->fd, &ours) && !fstat(fd, &other) &&
	       ours.st_dev == other.st_dev && ours.st_ino == other.st_ino;
}

int byte_source_read(const struct byte_source *source, uint64_t offset, void *to,
                     size_t bytes, struct error *error)
{
	char *at = to;
	ssize_t got;

	if (offset > source->bytes || bytes > source->bytes - offset)
		return error_set(error, "%s at byte %llu: ends in the middle", source->name,
		                 (unsigned long long)offset);
	if (source->memory) {
		memcpy(to, source->memory + offset, bytes);
		return 0;
	}
	while (bytes) {
		got = pread(source->fd, at, bytes, (off_t)offset);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return error_set(error, "%s at byte %llu: %s", source->name,
			                 (unsigned long long)offset,
			                 got ? strerror(errno) : "ends in the middle");
		at += got;
		offset += (uint64_t)got;
		bytes -= (size_t)got;
	}
	return 0;
}
