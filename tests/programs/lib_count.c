/*
 * lib_count.c - an independent count of the same run: preloaded behind liboutlive.so, it
 * sees the calls that pass through it, and counts them by process in mapped files of
 * OUTLIVE_COUNT_DIR, named by pid (the images of an exec chain share one). It knows
 * nothing of outlive, and forwards to whatever allocator comes next.
 *
 * Counted as the report counts: allocations are calls that made a block (realloc of NULL
 * included), reallocs those that changed one, frees those that ended one (realloc to 0
 * bytes included), failed those that returned NULL.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

void *memalign(size_t, size_t);
void *pvalloc(size_t);

/* The allocator behind this one: glibc's, or one the program brings along. */
static struct {
	void *(*malloc)(size_t);
	void *(*calloc)(size_t, size_t);
	void *(*realloc)(void *, size_t);
	void *(*memalign)(size_t, size_t);
	void *(*aligned_alloc)(size_t, size_t);
	int (*posix_memalign)(void **, size_t, size_t);
	void *(*valloc)(size_t);
	void *(*pvalloc)(size_t);
	void (*free)(void *);
} real;

static void find_real(void)
{
	static const char *const names[] = { "malloc",   "calloc",        "realloc",
		                                 "memalign", "aligned_alloc", "posix_memalign",
		                                 "valloc",   "pvalloc",       "free" };
	void **slots = (void **)&real;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		slots[i] = dlsym(RTLD_NEXT, names[i]); /* glibc's dlsym does not allocate */
	if (!real.pvalloc)
		real.pvalloc = real.valloc; /* not every allocator has it */
}

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
	if (!real.malloc)
		find_real();
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

static void *count_made(struct counts *now, void *block, size_t bytes)
{
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
	struct counts *now = counts_of_process();

	return count_made(now, real.malloc(bytes), bytes);
}

void *calloc(size_t count, size_t bytes)
{
	struct counts *now = counts_of_process();

	return count_made(now, real.calloc(count, bytes), count * bytes);
}

void free(void *block)
{
	struct counts *now = counts_of_process();

	if (block)
		now->frees++;
	real.free(block);
}

void *realloc(void *block, size_t bytes)
{
	struct counts *now = counts_of_process();
	void *new = real.realloc(block, bytes);

	if (!block)
		return count_made(now, new, bytes);
	if (!new &&bytes == 0)
		now->frees++;
	else if (!new)
		now->failed++;
	else
		now->reallocs++;
	return new;
}

void *memalign(size_t alignment, size_t bytes)
{
	struct counts *now = counts_of_process();

	return count_made(now, real.memalign(alignment, bytes), bytes);
}

void *aligned_alloc(size_t alignment, size_t bytes)
{
	struct counts *now = counts_of_process();

	return count_made(now, real.aligned_alloc(alignment, bytes), bytes);
}

/* An alignment that is none is an error of the caller's, not a failed allocation. */
int posix_memalign(void **result, size_t alignment, size_t bytes)
{
	struct counts *now = counts_of_process();
	int status = real.posix_memalign(result, alignment, bytes);

	if (status != EINVAL)
		count_made(now, status ? NULL : *result, bytes);
	return status;
}

void *valloc(size_t bytes)
{
	struct counts *now = counts_of_process();

	return count_made(now, real.valloc(bytes), bytes);
}

void *pvalloc(size_t bytes)
{
	struct counts *now = counts_of_process();

	return count_made(now, real.pvalloc(bytes), bytes);
}
