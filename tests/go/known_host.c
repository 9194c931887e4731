/* known_host.c - loads known as a shared library: "./known_host /known.so". */
#include <dlfcn.h>
#include <stdio.h>

int main(int argc, char **argv)
{
	char path[4096];
	void *library;
	void (*all)(void);

	snprintf(path, sizeof(path), ".%s", argc > 1 ? argv[1] : "");
	library = dlopen(path, RTLD_NOW);
	all = library ? (void (*)(void))dlsym(library, "All") : NULL;
	if (!all) {
		fprintf(stderr, "%s\n", dlerror());
		return 1;
	}
	all();
	return 0;
}
