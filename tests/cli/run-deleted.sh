#!/bin/bash
# A program (and a library of its own) that is gone or another by the end of its run, or
# ran in another root, still reads right, here and later.
cc=${CC:-gcc}
cat >plugin.c <<'END'
#include <stdlib.h>
void *plugin_work(size_t bytes) { return malloc(bytes); }
END
cat >main.c <<'END'
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
__attribute__((noinline)) static void *program_work(size_t bytes) { return malloc(bytes); }
int main(int argc, char **argv)
{
	void *plugin = dlopen(argv[1], RTLD_NOW);
	void *(*work)(size_t) = (void *(*)(size_t))dlsym(plugin, "plugin_work");
	void *kept[2] = { program_work(70001), work(70002) };

	usleep(300000); /* the modules are seen meanwhile */
	unlink(argv[1]);
	rename("other", argv[2]);
	puts(kept[0] && kept[1] && argc ? "ran" : "no memory");
	return 0;
}
END
$cc -O1 -g -shared -fPIC -o plugin.so plugin.c
$cc -O1 -g -o program main.c -ldl
cp "$(type -P true)" other
"$OUTLIVE" run -q -o trace -- ./program ./plugin.so program 2>stderr
rm -f program plugin.c main.c
"$OUTLIVE" report --format json trace |
	jq -r '.sites[].frames[] | select(.function | test("^(program|plugin)_work$")) | "\(.function) \(.file | split("/") | last):\(.line)"' |
	sort -u
