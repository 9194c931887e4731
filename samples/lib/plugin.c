/*
 * plugin.c - the object that dlopen_loop.c loads and unloads: it allocates one block and
 * frees it.
 */
#include <stdlib.h>

void plugin_work(size_t bytes);

void plugin_work(size_t bytes)
{
	void *volatile block = malloc(bytes);

	free(block);
}
