/* plug.c - a library that is opened while the process is recorded: 1,000 pairs. */
#include <stdlib.h>

void plug(void);

void plug(void)
{
	for (int i = 0; i < 1000; i++) {
		char *volatile block = malloc(20);

		block[0] = 1;
		free(block);
	}
}
