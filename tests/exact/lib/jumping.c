/* jumping.c - an allocator that jumps out of malloc(), as one may that is out of memory. */
#include <stddef.h>

#define JUMPING_BYTES 4711

void *__libc_malloc(size_t size_bytes);

void (*jumping_leave)(void);

void *malloc(size_t size_bytes)
{
	if (size_bytes == JUMPING_BYTES)
		jumping_leave();
	return __libc_malloc(size_bytes);
}
