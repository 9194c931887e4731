/*
 * lib_count.c - an independent count of the same run: preloaded behind liboutlive.so, it
 * sees the calls that pass through it, and counts them by process in mapped files of
 * OUTLIVE_COUNT_DIR, named by pid (the images of an exec chain share one). It knows
 * nothing of outlive, and forwards to glibc by its __libc_ names.
 *
 * Counted as the report counts: allocations are calls that made a block (realloc of NULL
 * included), reallocs those that changed one, frees those that ended one (realloc to 0
 * bytes included), failed those that returned NULL.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

void *__libc_malloc(size_t);
void *__libc_calloc(size_t, size_t);
void *__libc_realloc(void *, size_t);
void *__libc_memalign(size_t, size_t);
void *__libc_valloc(size_t);
void *__libc_pvalloc(size_t);
void __libc_free(void *);
void *memalign(size_t, size_t);
void *pvalloc(size_t);

struct counts {
	_Atomic uint64_t allocations, reallocs, frees, failed, bytes;
};

static struct counts *_Atomic counts;
static _Atomic pid_t counted_pid;
static struct counts unmapped;

/* The raw call: libc's cannot be trusted in the child of a raw clone. */
static struct counts *counts_of_process(void)
{
	pid_t pid = (pid_t)syscall(SYS_getpid);
	const char *directory;
	struct counts *mapped;
	char path[512];
	int file, keep = errno;

	if (pid == counted_pid)
		return counts;
	directory = getenv("OUTLIVE_COUNT_DIR");
	mapped = &unmapped;
	if (directory) {
		snprintf(path, sizeof(path), "%s/%d", directory, (int)pid);
		file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
		if (file >= 0 && ftruncate(file, sizeof(*mapped)) == 0)
			mapped = mmap(NULL, sizeof(*mapped), PROT_READ | PROT_WRITE, MAP_SHARED,
			              file, 0);
		if (mapped == MAP_FAILED)
			mapped = &unmapped;
		if (file >= 0)
			close(file);
	}
	counts = mapped;
	counted_pid = pid;
	errno = keep;
	return mapped;
}

static void *count_made(void *block, size_t bytes)
{
	struct counts *now = counts_of_process();

	if (block) {
		now->allocations++;
		now->bytes += bytes;
	} else {
		now->failed++;
	}
	return block;
}

void *malloc(size_t bytes)
{
	return count_made(__libc_malloc(bytes), bytes);
}

void *calloc(size_t count, size_t bytes)
{
	return count_made(__libc_calloc(count, bytes), count * bytes);
}

void free(void *block)
{
	if (block)
		counts_of_process()->frees++;
	__libc_free(block);
}

void *realloc(void *block, size_t bytes)
{
	void *new;

	if (!block)
		return count_made(__libc_realloc(NULL, bytes), bytes);
	new = __libc_realloc(block, bytes);
	if (bytes == 0)
		counts_of_process()->frees++;
	else if (!new)
		counts_of_process()->failed++;
	else
		counts_of_process()->reallocs++;
	return new;
}

void *memalign(size_t alignment, size_t bytes)
{
	return count_made(__libc_memalign(alignment, bytes), bytes);
}

void *aligned_alloc(size_t alignment, size_t bytes)
{
	return count_made(__libc_memalign(alignment, bytes), bytes);
}

int posix_memalign(void **result, size_t alignment, size_t bytes)
{
	int keep = errno;
	void *block;

	if (alignment % sizeof(void *) || !alignment || (alignment & (alignment - 1)))
		return EINVAL;
	block = count_made(__libc_memalign(alignment, bytes), bytes);
	errno = keep;
	if (!block)
		return ENOMEM;
	*result = block;
	return 0;
}

void *valloc(size_t bytes)
{
	return count_made(__libc_valloc(bytes), bytes);
}

void *pvalloc(size_t bytes)
{
	return count_made(__libc_pvalloc(bytes), bytes);
}
