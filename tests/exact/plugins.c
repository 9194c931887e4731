/*
 * plugins.c - a C program without an unwinder that loads C++ plugins (RTLD_LOCAL), calls
 * them, is called back by them, and unloads them, over and over: the unwinder is in no
 * global scope, and comes and goes. One plugin has libgcc linked into it.
 *
 * guards: none of the rules alone; what was found for one plugin's unwinder must not
 *         outlive it
 * plugin: plugin.cpp
 * plugin: own_plugin.cpp -static-libgcc -static-libstdc++ -Wl,--exclude-libs,ALL
 * build: gcc -O2 -fexceptions -ldl
 * build: gcc -O0 -fexceptions -ldl
 */
#include "exact.h"

#include <dlfcn.h>

typedef int (*run)(int, int *, void (*)(void (*)(void *), void *));

NOINLINE static void call_back(void (*function)(void *), void *argument)
{
	volatile char room[64];

	room[0] = 1;
	allocate_here();
	function(argument);
	room[0] = 2;
}

NOINLINE static void use(const char *path, int depth)
{
	void *plugin = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	run function;
	int destroyed = 0;

	if (!plugin) {
		check(0, "%s", dlerror());
		return;
	}
	function = (run)dlsym(plugin, "plugin_run");
	allocate_here();
	for (int i = 0; i < 3; i++) {
		check(function(depth + i, &destroyed, call_back) == 100 + depth + i, "%s",
		      path);
		allocate_here();
		expect_stub();
	}
	check(destroyed == 3 * depth + 6, "%d destroyed", destroyed);
	dlclose(plugin);
	allocate_here();
}

int main(void)
{
	exact_begin();
	for (int i = 0; i < 60; i++) {
		use("./plugin.so", i % 9);
		use("./own_plugin.so", i % 7);
	}
	return exact_end();
}
