/*
 * realloc_chain.c - a buffer that doubles from 16 bytes to 1 MiB: one malloc, 16 reallocs.
 * What is alive is one block all the time; it is freed at the end. A realloc counts among
 * the allocations, too.
 *
 * expect: .totals.allocations == 17
 * expect: .totals.frees == 1
 * expect: .totals.reallocs == 16
 * expect: .totals.live_blocks == 0
 * expect: .totals.live_bytes == 0
 * expect: .totals.peak_bytes >= 1048576
 * expect: .totals.peak_bytes < 1048576 * 2
 * expect: peak("double_it") == .totals.peak_bytes
 * expect: .lost.events == 0
 */
#include <stdlib.h>
#include <string.h>

static __attribute__((noinline)) char *double_it(char *buffer, size_t bytes)
{
	buffer = realloc(buffer, bytes);
	if (buffer)
		memset(buffer + bytes / 2, 1, bytes / 2);
	return buffer;
}

int main(void)
{
	size_t bytes = 16;
	char *buffer = malloc(bytes);

	while (buffer && bytes < 1048576)
		buffer = double_it(buffer, bytes *= 2);
	free(buffer);
	return buffer == NULL;
}
