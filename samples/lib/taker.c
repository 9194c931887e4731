/* taker.c - a library that takes over, or enlarges, blocks that others made. */
#include <stdlib.h>

void take(char *message)
{
	message[0] = 1;
	free(message);
}

void enlarge(char **buffer)
{
	*buffer = realloc(*buffer, 200);
}
