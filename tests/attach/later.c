/*
 * later.c - opens a library while it is recorded, which allocates pairs of blocks a moment later.
 * later LIBRARY; each line on stdin opens it, waits so many microseconds, calls it and closes it.
 */
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void *idle(void *unused)
{
	for (;;)
		pause();
	return unused;
}

int main(int argc, char **argv)
{
	pthread_t thread;
	char line[32];

	if (argc < 2)
		return 2;
	setvbuf(stdout, NULL, _IONBF, 0);
	setvbuf(stdin, NULL, _IONBF, 0);
	pthread_create(&thread, NULL, idle, NULL);
	while (fgets(line, sizeof(line), stdin)) {
		void *library = dlopen(argv[1], RTLD_NOW);
		void (*plug)(void) = NULL;

		if (library)
			*(void **)&plug = dlsym(library, "plug");
		if (!plug)
			return 1;
		usleep((useconds_t)atoi(line));
		plug();
		dlclose(library);
		puts("ok");
	}
	return 0;
}
