#!/bin/bash
# main returns, and an exit handler frees what lived: the exit phase begins before its first free,
# and the heap at the end has the blocks that it is about to free. The program runs long enough for
# the recorder to have read its modules: then most events take the shorter ways.
cat >moment.c <<'C'
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
static void *cache[500];
static void clear(void)
{
	for (int i = 0; i < 500; i++)
		free(cache[i]);
}
static int deep(int frames)
{
	if (frames)
		return deep(frames - 1) + 1;
	free(malloc(10));
	return 1;
}
int main(void)
{
	atexit(clear);
	for (int i = 0; i < 20; i++) {
		usleep(20000);
		deep(50 + i);
	}
	for (int i = 0; i < 500; i++)
		cache[i] = memset(malloc(1000), 1, 1000);
	return 0;
}
C
"${CC:-gcc}" -g -O0 -fno-builtin -o moment moment.c || exit 77
"$OUTLIVE" run -q -o trace -- ./moment || exit 1
"$OUTLIVE" info trace | grep -oE "exit .*frees" | sed 's/exit .*,/exit,/'
"$OUTLIVE" report --kept trace | grep -oE "when the exit phase began|  live +[0-9]+ KiB" | tr -s " "
