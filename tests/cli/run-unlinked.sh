#!/bin/bash
# A library whose file is gone, or another, as soon as it is loaded, or never had a name
# (memfd), has its names for an ordinary user, however short the run is; so has a program.
# Where nobody can say which of two files it was, there is no name, rather than a wrong one.
# Neither descriptors nor errno show that its file was looked at.
as() { "$@"; }
if [ "$(id -u)" = 0 ]; then
	command -v setpriv >/dev/null || { echo "needs setpriv" >&2; exit 77; }
	open=$(mktemp -d "${TMPDIR:-/tmp}/outlive-unlinked.XXXXXX") && trap 'rm -rf "$open"' EXIT && cd "$open" && chmod 777 .
	as() { setpriv --reuid=65534 --regid=65534 --clear-groups "$@"; }
	as "$OUTLIVE" --version >/dev/null 2>&1 || { echo "others cannot run outlive here" >&2; exit 77; }
fi
cat >plugin.c <<'C'
#include <stdlib.h>
__attribute__((noinline)) static void *inner(void) { void *block = malloc(BYTES); __asm__ volatile("" : "+r"(block)); return block; }
void *NAME(void) { void *block = inner(); __asm__ volatile("" : "+r"(block)); return block; }
C
cat >host.c <<'C'
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <unistd.h>

static void *volatile kept;
__attribute__((noinline)) static void *of_program(void)
{
	void *block = malloc(7003);

	__asm__ volatile("" : "+r"(block));
	return block;
}

static int copy(const char *from, int to)
{
	int file = open(from, O_RDONLY);

	while (sendfile(to, file, NULL, 1 << 20) > 0)
		;
	close(file);
	return to;
}

static unsigned long descriptors(void)
{
	unsigned long sum = 0;

	for (int i = 0; i < 256; i++)
		sum = sum * 31 + (unsigned long)(fcntl(i, F_GETFD) + 2);
	return sum;
}

static void *load(const char *path)
{
	unsigned long before = descriptors();
	void *handle;

	errno = 4711;
	handle = dlopen(path, RTLD_NOW);
	if (!handle || errno != 4711 || descriptors() != before)
		abort();
	return handle;
}

static void call(void *handle, const char *name)
{
	kept = ((void *(*)(void))dlsym(handle, name))();
}

static void from_memfd(const char *plugin, const char *name)
{
	char path[64];
	int file = copy(plugin, memfd_create("a plugin", 0));
	void *handle;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", file);
	handle = load(path);
	close(file);
	call(handle, name);
	dlclose(handle); /* the next has the same path */
}

int main(int argc, char **argv)
{
	char *again[] = { "again", "ends", NULL };
	const char *how = argv[argc - 1];
	void *handle;

	if (!strcmp(how, "ends")) {
		kept = of_program();
		return 0;
	}
	if (!strcmp(how, "program"))
		return fexecve(copy("host", memfd_create("a program", 0)), again, environ);
	if (!strcmp(how, "memfd")) {
		from_memfd("one.so", "one");
		from_memfd("two.so", "two");
	} else if (!strcmp(how, "which")) {
		from_memfd("one-plain.so", "one");
		from_memfd("two-plain.so", "two");
	} else if (!strcmp(how, "replaced")) {
		close(copy("one-plain.so", open("replaced.so", O_CREAT | O_WRONLY, 0700)));
		close(copy("two-plain.so", open("other.so", O_CREAT | O_WRONLY, 0700)));
		handle = load("./replaced.so");
		rename("other.so", "replaced.so");
		call(handle, "one");
	} else {
		close(copy("one.so", open("unlinked.so", O_CREAT | O_WRONLY, 0700)));
		handle = load("./unlinked.so");
		unlink("unlinked.so");
		if (!strcmp(how, "elsewhere") && chdir("/"))
			return 2;
		call(handle, "one");
	}
	return 0;
}
C
for name in one two; do
	[ $name = one ] && bytes=7001 || bytes=7002
	gcc -g -O1 -shared -fPIC -Wl,--build-id -DNAME=$name -DBYTES=$bytes plugin.c -o $name.so &&
		gcc -g -O1 -shared -fPIC -Wl,--build-id=none -DNAME=$name -DBYTES=$bytes plugin.c -o $name-plain.so || exit 2
done
gcc -g -O1 -rdynamic host.c -o host || exit 2
for how in unlinked elsewhere replaced memfd program which; do
	rm -f unlinked.so replaced.so other.so
	as "$OUTLIVE" run -q -o $how.trace -- ./host $how 2>stderr
	echo "$how: status $?, $(for number in $("$OUTLIVE" info -f json $how.trace | jq '.processes[].number'); do
		"$OUTLIVE" report -f json --top 0 --process $number $how.trace
	done | jq -rs '[.[].sites[] | select(.size_min > 7000 and .size_min < 7004) |
		"\(.size_min) by \([.frames[:2][].function | if . == "" then "?" else . end] | join(" <- "))"] | sort | join(", ")')"
done
