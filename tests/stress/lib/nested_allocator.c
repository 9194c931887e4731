/*
 * nested_allocator.c - an allocator, preloaded after outlive, that calls malloc(), calloc() and
 * free() by their public names inside its others, as debugging and pool allocators do. What
 * asks for SIGNAL_BYTES is interrupted by SIGUSR1 while it is served.
 */
#include <malloc.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>

#define SIGNAL_BYTES 4321

void *__libc_malloc(size_t size);
void __libc_free(void *block);

void *malloc(size_t size)
{
	if (size == SIGNAL_BYTES)
		raise(SIGUSR1);
	return __libc_malloc(size);
}

void free(void *block)
{
	__libc_free(block);
}

void *calloc(size_t count, size_t size)
{
	void *block = malloc(count * size);

	return block ? memset(block, 0, count * size) : NULL;
}

/* A new block and a free, with some of the stack in use. */
void *realloc(void *old, size_t size)
{
	volatile char filled[1000];
	size_t usable = old ? malloc_usable_size(old) : 0;
	void *block;

	memset((char *)filled, 0, sizeof(filled));
	if (!old)
		return malloc(size);
	block = calloc(1, size);
	if (block)
		memcpy(block, old, size < usable ? size : usable);
	free(old);
	return block;
}
