/*
 * bump_malloc.c - a malloc for programs and libraries that bring their own: it never gives
 * anything back.
 */
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>

static char *heap;
static size_t used;
void *malloc(size_t size)
{
	char *block;

	if (!heap)
		heap = mmap(NULL, 1 << 26, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
		            -1, 0);
	block = heap + used + 16;
	memcpy(block - 16, &size, sizeof(size));
	used += (size + 31) & ~(size_t)15;
	return block;
}
void free(void *block)
{
	(void)block;
}
void *calloc(size_t count, size_t size)
{
	return malloc(count * size);
}
void *realloc(void *old, size_t size)
{
	size_t old_size = 0;
	void *block = malloc(size);

	if (old)
		memcpy(&old_size, (char *)old - 16, sizeof(old_size));
	return old ? memcpy(block, old, old_size < size ? old_size : size) : block;
}
