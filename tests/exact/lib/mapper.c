/*
 * mapper.c - a malloc that maps each block: every call of it calls mmap() or munmap() inside.
 */
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

#define HEAD 64

__attribute__((noinline)) static char *map(size_t bytes)
{
	char *pages = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
	                   -1, 0);

	return pages == MAP_FAILED ? NULL : pages;
}

__attribute__((noinline)) static void *block_make(size_t alignment, size_t size)
{
	size_t head = alignment > HEAD ? alignment : HEAD;
	char *pages = map(size + head);

	if (!pages)
		return NULL;
	*(size_t *)(pages + head - 8) = size;
	*(size_t *)(pages + head - 16) = head;
	return pages + head;
}

void *malloc(size_t size)
{
	char *volatile block = block_make(HEAD, size);

	return block;
}

void *calloc(size_t count, size_t size)
{
	char *volatile block = block_make(HEAD, count * size);

	return block;
}

void *memalign(size_t alignment, size_t size)
{
	char *volatile block = alignment > 4096 ? NULL : block_make(alignment, size);

	return block;
}

void *aligned_alloc(size_t alignment, size_t size)
{
	char *volatile block = memalign(alignment, size);

	return block;
}

int posix_memalign(void **result, size_t alignment, size_t size)
{
	*result = memalign(alignment, size);
	return *result ? 0 : 12;
}

void free(void *block)
{
	size_t head;

	if (!block)
		return;
	head = *(size_t *)((char *)block - 16);
	munmap((char *)block - head, *(size_t *)((char *)block - 8) + head);
	__asm__ volatile("" ::: "memory");
}

void *realloc(void *block, size_t size)
{
	char *volatile moved = block_make(HEAD, size);
	size_t old = block ? *(size_t *)((char *)block - 8) : 0;

	if (moved && block) {
		memcpy(moved, block, old < size ? old : size);
		free(block);
	}
	return moved;
}
