#!/bin/bash
# Children in namespaces of their own, started in every way. Where another /dev/shm hides the
# rings and another network the socket, they are recorded all the same, by way of /proc. Where
# that is not there either, and where /dev/shm is full, each is counted once, and that is reported.
[ "$(id -u)" = 0 ] && unshare -mn true 2>/dev/null || { echo "needs root, and namespaces" >&2; exit 77; }
cat >allocates.c <<'C'
#include <stdlib.h>
#include <unistd.h>
int main(void)
{
	static void *kept[1000];

	for (int i = 0; i < 1000; i++)
		kept[i] = malloc(4711);
	return write(1, "fine\n", 5) != 5 || !kept[3];
}
C
cat >starts.c <<'C'
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>
extern char **environ;
static void *kept[1000];

static void hide(const char *path)
{
	if (mount("none", path, "tmpfs", 0, NULL))
		abort();
}

static void fill(void)
{
	static char page[4096] = "x";
	int file = open("/dev/shm/outlive-others", O_CREAT | O_WRONLY, 0600);

	while (write(file, page, sizeof(page)) > 0)
		;
}

int main(int argc, char **argv)
{
	char *arguments[] = { "./allocates", NULL };
	const char *how = argv[argc - 1];
	char line[8];
	pid_t pid = 0;
	FILE *pipe;

	if (!strcmp(argv[1], "full"))
		fill();
	else if (unshare(CLONE_NEWNS | CLONE_NEWNET) ||
	         mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL))
		return 2;
	else
		hide("/dev/shm");
	if (!strcmp(argv[1], "sealed"))
		hide("/proc");
	if (!strcmp(how, "exec"))
		execv(arguments[0], arguments);
	if (!strcmp(how, "fork") && !(pid = fork()))
		_exit(execv(arguments[0], arguments));
	if (!strcmp(how, "forkonly") && !(pid = fork())) {
		for (int i = 0; i < 1000; i++)
			kept[i] = malloc(4711);
		_exit(write(1, "fine\n", 5) != 5);
	}
	if (!strcmp(how, "vfork") && !(pid = vfork()))
		_exit(execv(arguments[0], arguments));
	if (!strcmp(how, "spawn"))
		posix_spawn(&pid, arguments[0], NULL, NULL, arguments, environ);
	if (!strcmp(how, "system"))
		return system(arguments[0]);
	if (!strcmp(how, "popen")) {
		pipe = popen(arguments[0], "r");
		if (!pipe || !fgets(line, sizeof(line), pipe))
			return 2;
		fputs(line, stdout);
		return pclose(pipe);
	}
	waitpid(pid, NULL, 0);
	return 0;
}
C
gcc -O1 -fno-builtin allocates.c -o allocates && gcc -O1 -fno-builtin starts.c -o starts 2>/dev/null || exit 2
blocks() { # in all processes
	for number in $("$OUTLIVE" info -f json trace | jq '.processes[].number' | sort -un); do
		"$OUTLIVE" report -f json --top 0 --process "$number" trace |
			jq '[.sites[] | select(.size_min == 4711)] | map(.allocations) | add // 0'
	done | awk '{ sum += $1 } END { print sum }'
}
try() { # DIRECTORY HOW [OPTION].. : what is printed, blocks recorded, children counted, the message
	local place=$1 how=$2
	shift 2
	"$OUTLIVE" run -q "$@" -o trace -- ./starts "$place" "$how" >stdout 2>stderr
	echo "$place, $how: status $?, $(cat stdout), $(blocks) blocks, $(
		"$OUTLIVE" info -f json trace | jq '[.processes[].lost.children] | add') counted$(
		sed -nE 's/.*(; [0-9]+ process.* not recorded.*)/\1/p' stderr)"
}
for place in hidden sealed; do
	for how in exec fork forkonly vfork spawn system popen; do try $place $how; done
done
export -f try blocks
unshare -m bash -c 'mount --make-rprivate / && mount -t tmpfs -o size=24m none /dev/shm &&
	for how in exec forkonly spawn; do try full $how --ring 16M; rm /dev/shm/outlive-others; done; ls -A /dev/shm'
