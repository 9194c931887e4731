/*
 * dlopen_loop.c - loads an object, lets it allocate, unloads it; 200 times. Its blocks
 * are named after it although it is gone by the end. (The loader allocates too.)
 *
 * library: lib/plugin.c
 * expect: count("plugin_work") == 200
 * expect: bytes("plugin_work") == 200 * 77
 * expect: live("plugin_work") == 0
 * expect: innermost("plugin_work") | all(.frames[0].module | endswith("plugin.so"))
 * expect: innermost("plugin_work") | map(.frames[1].function) | unique == ["load_once"]
 * expect: .lost.events == 0
 */
#include <dlfcn.h>
#include <stdlib.h>
#include <unistd.h>

static __attribute__((noinline)) int load_once(const char *path)
{
	void *object = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	void (*work)(size_t);

	if (!object)
		return 1;
	work = (void (*)(size_t))dlsym(object, "plugin_work");
	if (!work)
		return 1;
	work(77);
	return dlclose(object);
}

int main(void)
{
	for (int i = 0; i < 200; i++)
		if (load_once("./plugin.so"))
			return 1;
	return 0;
}
