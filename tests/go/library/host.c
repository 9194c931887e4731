/*
 * host.c - a program of C that calls a library of Go: linked with it (-DLINKED), or opened by
 * dlopen(). Threads of C call it as well.
 */
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#ifdef LINKED
extern void GoOwns(void);
extern void *GoGives(void);
extern void GoDeeper(void *function, int depth);
extern void GoSpawns(int count);
static void (*owns)(void) = GoOwns;
static void *(*gives)(void) = GoGives;
static void (*deeper)(void *function, int depth) = GoDeeper;
static void (*spawns)(int count) = GoSpawns;
#else
static void (*owns)(void);
static void *(*gives)(void);
static void (*deeper)(void *function, int depth);
static void (*spawns)(int count);
#endif

static void *volatile last;

static void back(int depth)
{
	deeper((void *)back, depth);
}

/* Owns what a function of Go gives. */
static __attribute__((noinline)) void takes(void)
{
	void *block = gives();

	last = block;
	free(block);
	last = NULL;
}

static __attribute__((noinline)) void *work(void *times)
{
	void *block = malloc(1001);

	last = block;
	for (long i = 0; i < (long)times; i++) {
		owns();
		takes();
		deeper((void *)back, 5);
	}
	free(block);
	last = NULL;
	return NULL;
}

int main(void)
{
	pthread_t threads[4];

#ifndef LINKED
	void *library = dlopen("./library.so", RTLD_NOW);

	if (!library) {
		printf("%s\n", dlerror());
		return 1;
	}
	owns = (void (*)(void))dlsym(library, "GoOwns");
	gives = (void *(*)(void))dlsym(library, "GoGives");
	deeper = (void (*)(void *, int))dlsym(library, "GoDeeper");
	spawns = (void (*)(int))dlsym(library, "GoSpawns");
#endif
	work((void *)10);
	for (int i = 0; i < 4; i++)
		pthread_create(&threads[i], NULL, work, (void *)10);
	for (int i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	spawns(20);
	printf("done\n");
	return 0;
}
