/*
 * count.c - what a program asks of malloc, counted without outlive: calls and bytes as the report
 * counts them, and the most bytes that were in use at once, as malloc rounds them. Preloaded; it
 * writes one line into the file ADVICE_COUNT when the program ends.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <malloc.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

void *__libc_malloc(size_t);
void *__libc_calloc(size_t, size_t);
void *__libc_realloc(void *, size_t);
void *__libc_memalign(size_t, size_t);
void __libc_free(void *);

static atomic_ullong calls, bytes, peak;
static atomic_llong used;

static void *made(void *block, size_t size)
{
	unsigned long long now, most = peak;

	if (!block)
		return NULL;
	calls++;
	bytes += size;
	now = (unsigned long long)(used += (long long)malloc_usable_size(block));
	while (now > most && !atomic_compare_exchange_weak(&peak, &most, now))
		;
	return block;
}

static void ended(void *block)
{
	if (block)
		used -= (long long)malloc_usable_size(block);
}

void *malloc(size_t size)
{
	return made(__libc_malloc(size), size);
}
void *calloc(size_t count, size_t size)
{
	return made(__libc_calloc(count, size), count * size);
}
void *memalign(size_t align, size_t size)
{
	return made(__libc_memalign(align, size), size);
}
void *aligned_alloc(size_t align, size_t size)
{
	return memalign(align, size);
}

int posix_memalign(void **block, size_t align, size_t size)
{
	*block = memalign(align, size);
	return *block ? 0 : 12;
}

void free(void *block)
{
	ended(block);
	__libc_free(block);
}

void *realloc(void *block, size_t size)
{
	size_t before = block ? malloc_usable_size(block) : 0;
	void *moved = __libc_realloc(block, size);

	if (moved || !size)
		used -= (long long)before;
	return made(moved, size);
}

__attribute__((destructor)) static void write_counts(void)
{
	const char *path = getenv("ADVICE_COUNT");
	int file = path ? open(path, O_WRONLY | O_CREAT | O_TRUNC, 0666) : -1;

	if (file >= 0) {
		dprintf(file, "%llu %llu %llu\n", calls, bytes, peak);
		close(file);
	}
}
