/* load_go.c [crash|overflow] - load libfaults.so, which Go built, and let it fault. */
#include <dlfcn.h>
#include <pthread.h>
#include <stdlib.h>

static int (*recovers)(void);

static void *thread(void *argument)
{
	free(malloc(3));
	recovers();
	return argument;
}

int main(int argc, char **argv)
{
	void *library;
	void (*crashes)(void);
	pthread_t one;

	free(malloc(3));
	library = dlopen("./libfaults.so", RTLD_NOW);
	if (!library)
		return 9;
	*(void **)&recovers = dlsym(library, "GoRecovers");
	*(void **)&crashes = dlsym(library, argc > 1 && *argv[1] == 'o' ? "GoOverflows"
	                                                                : "GoCrashes");
	recovers();
	pthread_create(&one, NULL, thread, NULL);
	pthread_join(one, NULL);
	if (argc > 1)
		crashes();
	return 0;
}
