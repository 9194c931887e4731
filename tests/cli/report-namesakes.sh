#!/bin/bash
# Functions of one name are one row only if they are one function: static ones of two files, with and
# without debug information, lambdas, and what several libraries have; a function that the
# compiler cloned, took apart or inlined stays one.
cat >a.c <<'END'
#include <stdlib.h>
static void *volatile kept;
void other(void), library(void);
__attribute__((noipa)) static void *render(int size) { return malloc(size); }
__attribute__((noipa)) static void drop(void *block) { free(block); }
int main(void)
{
	for (int i = 0; i < 10; i++) {
		kept = render(100);
		drop(kept);
	}
	other();
	library();
	return 0;
}
END
cat >b.c <<'END'
#include <stdlib.h>
static void *volatile kept[10];
__attribute__((noipa)) static void *render(int size) { return malloc(size); }
__attribute__((noipa)) static void drop(void *block) { free(block); }
void other(void)
{
	for (int i = 0; i < 10; i++)
		kept[i] = render(200);
	for (int i = 0; i < 10; i++)
		drop(kept[i]);
}
END
cat >c.c <<'END'
#include <stdlib.h>
static void *volatile kept;
__attribute__((noipa)) void *render(int size) { return malloc(size); }
void library(void) { kept = render(300); }
END
cat >lambdas.cc <<'END'
#include <cstdlib>
template <class F> __attribute__((noipa)) void call(F f) { f(); asm(""); }
static void *volatile kept;
void one() { call([] { kept = malloc(100); asm(""); }); }
void two() { call([] { kept = malloc(200); asm(""); }); call([] { kept = malloc(300); asm(""); }); }
int main() { one(); two(); }
END
# make() is inlined at one call, cloned for a constant at others, and has a part that is cold
cat >clones.c <<'END'
#include <stdlib.h>
static void *volatile kept;
__attribute__((noipa)) static void *away(int size) { return malloc(size); }
__attribute__((noinline)) static void make(int size, int kind)
{
	kept = away(size + kind);
	if (__builtin_expect(kind == 7, 0)) {
		kept = away(7);
		abort();
	}
	__asm__("" ::: "memory");
}
__attribute__((noipa)) static void varied(int size) { make(size, 1); }
int main(int count, char **words)
{
	(void)words;
	varied(count + 10);
	make(count + 20, 1);
	make(count + 30, 2 + count);
	return 0;
}
END
cc=gcc
rows() { # TRACE [OPTION..]: function, bytes and path count of each row
	"$OUTLIVE" report --format json --by function "${@:2}" "$1" |
		jq -r '.groups[] | "\(.function) \(.declared | sub(".*/"; "") | sub("@.*"; "")) \(.bytes)"'
}
for debug in -g -g0; do
	"$cc" $debug -fPIC -shared -fno-builtin -o libc.so c.c && "$cc" $debug -O1 -fno-builtin -o two a.c b.c ./libc.so || exit 77
	"$OUTLIVE" run -q -o trace -- ./two 2>/dev/null
	echo "two files and a library, $debug"
	rows trace
	"$OUTLIVE" report --by function trace | grep -o 'render ([a-z.]*)'
	"$OUTLIVE" report --by owner trace | grep -o 'most from.*'
	"$OUTLIVE" report --format json trace |
		jq -r '[.sites[].freed_by[] | "freed by \(.function) \(.declared | sub(".*/"; "") | sub("@.*"; "")) \(.blocks)"] | sort[]'
done
# link-time optimization forgets the files of local functions
"$cc" -g0 -O1 -flto -fno-builtin -o two a.c b.c ./libc.so || exit 77
"$OUTLIVE" run -q -o trace -- ./two 2>/dev/null
echo "two files, link-time optimization"
rows trace | grep -v '^render *300$'
g++ -g -O1 -fno-builtin -o lambdas lambdas.cc || exit 77
"$OUTLIVE" run -q -o trace -- ./lambdas 2>/dev/null
echo lambdas
rows trace | grep lambda
for debug in -g -g0; do
	"$cc" $debug -O2 -fno-builtin -o clones clones.c || exit 77
	"$OUTLIVE" run -q -o trace -- ./clones 2>/dev/null
	echo "clones, $debug"
	rows trace --wrapper away
done
# a plugin is loaded again after it was replaced by another one, at the same path: without names, too
cat >plugin.c <<'END'
#include <stdlib.h>
static void *volatile kept;
__attribute__((noipa)) static void *make(int size) { return malloc(size); }
void run(void) { kept = make(SIZE); }
END
cat >reload.c <<'END'
#include <dlfcn.h>
#include <stdio.h>
static void load(void)
{
	void *plugin = dlopen("./plugin.so", RTLD_NOW);

	((void (*)(void))dlsym(plugin, "run"))();
	dlclose(plugin);
}
int main(void)
{
	load();
	rename("next.so", "plugin.so");
	load();
	return 0;
}
END
"$cc" -s -O1 -fPIC -shared -fno-builtin -DSIZE=1000 -o plugin.so plugin.c &&
	"$cc" -s -O1 -fPIC -shared -fno-builtin -DSIZE=2000 -o next.so plugin.c && "$cc" -o reload reload.c || exit 77
"$OUTLIVE" run -q -o trace -- ./reload 2>/dev/null
echo "a plugin and the next, stripped"
"$OUTLIVE" report --format json --by function trace |
	jq -r '.groups[] | select(.bytes == 1000 or .bytes == 2000 or .bytes == 3000) | .bytes' | sort
