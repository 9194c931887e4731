/*
 * sized_free.c - C23's free_sized and free_aligned_sized. This libc may not have them;
 * with outlive they are there, and are frees. (Before glibc 2.37 dprintf() frees a block as
 * well, so snprintf() it is.)
 *
 * expect: $out.found == 2
 * expect: count("sized") == 20
 * expect: .totals.frees == 20
 * expect: .totals.live_blocks == 0
 */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void (*sized_free)(void *, size_t);
static void (*aligned_sized_free)(void *, size_t, size_t);

static __attribute__((noinline)) void sized(void)
{
	for (int i = 0; i < 10; i++) {
		sized_free(malloc(48), 48);
		aligned_sized_free(aligned_alloc(64, 128), 64, 128);
	}
}

int main(void)
{
	char text[64];
	int length;

	sized_free = (void (*)(void *, size_t))dlsym(RTLD_DEFAULT, "free_sized");
	aligned_sized_free = (void (*)(void *, size_t, size_t))dlsym(RTLD_DEFAULT,
	                                                             "free_aligned_sized");
	length = snprintf(text, sizeof(text), "found=%d\n",
	                  !!sized_free + !!aligned_sized_free);
	if (write(STDOUT_FILENO, text, (size_t)length) != length)
		return 1;
	if (sized_free && aligned_sized_free)
		sized();
	return 0;
}
