/*
 * late.c - a library whose constructor and destructor allocate: the loader runs its
 * destructor after the program's, and perhaps after the recorder's own.
 */
#include <stdlib.h>

static void *volatile sink;
void late_link(void);

__attribute__((constructor, noinline)) static void library_starts(void)
{
	sink = malloc(21);
	free(sink);
}

__attribute__((destructor, noinline)) static void library_ends(void)
{
	for (int i = 0; i < 5; i++)
		sink = malloc(22);
}

void late_link(void)
{
}
