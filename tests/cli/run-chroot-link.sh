#!/bin/bash
# In another root directory, a program loads a library by a link to an absolute path: by dlopen(), and
# at its start. That path leads to another library out here, and neither has a build-id: its functions
# are named by the file that was loaded.
[ "$(id -u)" = 0 ] || { echo "chroot needs root" >&2; exit 77; }
cat >inner.c <<'END'
#include <stdlib.h>
void *volatile kept;
__attribute__((noinline)) static void loaded_inside(void) { kept = malloc(1000); }
void call(void) { for (int i = 0; i < 10; i++) loaded_inside(); }
END
sed 's/loaded_inside/only_outside/' inner.c >outer.c
cat >program.c <<'END'
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
int main(void)
{
	void *library;
	if (chroot("root") || chdir("/"))
		return 1;
	library = dlopen("/lib/linked.so", RTLD_NOW);
	if (!library)
		return 2;
	((void (*)(void))dlsym(library, "call"))();
	usleep(300000);
	return 0;
}
END
build() { gcc -O1 -fno-builtin -shared -fPIC -nostdlib -Wl,--build-id=none -o "$2" "$1"; }
mkdir -p real root/lib "root$PWD/real"
build outer.c real/library.so && build inner.c "root$PWD/real/library.so" || exit 1
ln -s "$PWD/real/library.so" root/lib/linked.so
gcc -O1 -g -o program program.c || exit 1
check() { # PROGRAM...
	"$OUTLIVE" run -q -o trace -- "$@"
	echo "status $?"
	"$OUTLIVE" report -f json trace |
		jq -r '[.sites[].frames[].function] | unique[]' | grep -E 'loaded_inside|only_outside'
}
check ./program

cat >linked.c <<'END'
#include <unistd.h>
void call(void);
int main(void) { call(); usleep(300000); return 0; }
END
cp real/library.so linked.so
gcc -O1 -g -o root/linked linked.c -L. -l:linked.so -Wl,-rpath,/lib || exit 1
for file in $(ldd "$(command -v true)" "$OUTLIVE_LIBRARY" | grep -o '/[^ :]*' | sort -u) "$OUTLIVE_LIBRARY"; do
	mkdir -p "root$(dirname "$file")"
	cp -L "$file" "root$file"
done
check chroot root /linked
