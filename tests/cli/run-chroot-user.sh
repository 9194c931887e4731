#!/bin/bash
# Without privileges: chroot in a user namespace of one's own. The children's files are
# the user's, under whatever number.
[ "$(id -u)" = 0 ] && command -v setpriv >/dev/null || { echo "needs root and setpriv" >&2; exit 77; }
open=$(mktemp -d) && trap 'rm -rf "$open"' EXIT && cd "$open" && chmod 777 .
as() { setpriv --reuid=65534 --regid=65534 --clear-groups "$@"; }
as unshare -r true 2>/dev/null || { echo "no user namespaces here" >&2; exit 77; }
as "$OUTLIVE" --version >/dev/null 2>&1 || { echo "others cannot run outlive here" >&2; exit 77; }
cat >jail.c <<'END'
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
static void *volatile sink;
static int put(const char *file, const char *text)
{
	int descriptor = open(file, O_WRONLY);
	return write(descriptor, text, strlen(text)) < 0 || close(descriptor);
}
int main(int argc, char **argv)
{
	if (unshare(CLONE_NEWUSER))
		return 1;
	if (argc > 1 && (put("/proc/self/setgroups", "deny") || put("/proc/self/uid_map", argv[1])))
		return 2;
	if (chroot("/proc/self/fdinfo") || chdir("/"))
		return 3;
	for (int count = 100; count <= 300; count += 100) {
		int status = -1;
		if (fork() == 0) {
			for (int i = 0; i < count; i++)
				sink = malloc(100);
			_exit(0);
		}
		wait(&status);
		if (status)
			return 4;
	}
	return 0;
}
END
${CC:-gcc} -O1 -fno-builtin -o jail jail.c || exit 1
for map in "0 65534 1" "65534 65534 1" "1234 65534 1" ""; do
	as "$OUTLIVE" run -q -o trace -- ./jail ${map:+"$map"} 2>stderr
	echo "'$map': status $? $("$OUTLIVE" info -f json trace | jq -c '[.processes[] | select(.forked) | .allocations] | sort') $(grep -c warning stderr)"
done
