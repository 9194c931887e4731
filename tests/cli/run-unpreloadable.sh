#!/bin/bash
# A recorded program starts programs that take no preloaded library: static ones, a script of
# one, setuid ones. Each is counted once, however it is started, with our variables and without;
# and it runs as ever ("!": LD_PRELOAD is in its environment). A start that fails is not counted, nor is a program that can be recorded.
cat >reported.c <<'C'
#include <stdlib.h>
#include <unistd.h>
int main(void)
{
	const char *preload = getenv("LD_PRELOAD");

	return write(1, preload && *preload ? "fine!" : "fine", preload && *preload ? 5 : 4) < 4;
}
C
cat >starts.c <<'C'
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
extern char **environ;

/* starts WAY PROGRAM [empty]: the environment is ours, or empty */
int main(int argc, char **argv)
{
	const char *way = argv[1], *name = strrchr(argv[2], '/');
	char *arguments[] = { argv[2], NULL }, *none[] = { NULL };
	char **environment = argc > 3 ? none : environ;
	int file = open(argv[2], O_PATH | (name ? O_CLOEXEC : 0)), status = 0;
	pid_t pid = 0;

	if (argc > 3)
		environ = none;
	if (!strcmp(way, "exec"))
		execve(argv[2], arguments, environment);
	if (!strcmp(way, "fork") && !(pid = fork()))
		_exit(execve(argv[2], arguments, environment));
	if (!strcmp(way, "vfork") && !(pid = vfork()))
		_exit(execve(argv[2], arguments, environment));
	if (!strcmp(way, "execv") && !(pid = vfork()))
		_exit(execv(argv[2], arguments));
	if (!strcmp(way, "execl") && !(pid = vfork()))
		_exit(execl(argv[2], argv[2], NULL));
	if (!strcmp(way, "execle") && !(pid = vfork()))
		_exit(execle(argv[2], argv[2], NULL, environment));
	if (!strcmp(way, "execlp") && !(pid = vfork()))
		_exit(execlp(argv[2], argv[2], NULL));
	if (!strcmp(way, "execvp") && !(pid = fork()))
		_exit(execvp(argv[2], arguments));
	if (!strcmp(way, "execvpe") && !(pid = vfork()))
		_exit(execvpe(argv[2], arguments, environment));
	if (!strcmp(way, "fexecve") && !(pid = vfork()))
		_exit(fexecve(file, arguments, environment));
	if (!strcmp(way, "execveat") && !(pid = fork()))
		_exit(execveat(file, "", arguments, environment, AT_EMPTY_PATH));
	if (!strcmp(way, "spawn"))
		errno = posix_spawn(&pid, argv[2], NULL, NULL, arguments, environment);
	if (!strcmp(way, "spawnp"))
		errno = posix_spawnp(&pid, argv[2], NULL, NULL, arguments, environment);
	if (!strcmp(way, "syscall") && !(pid = fork()))
		_exit(syscall(SYS_execve, argv[2], arguments, environment));
	if (!pid)
		return puts(strerror(errno)) < 0;
	waitpid(pid, &status, 0);
	return WEXITSTATUS(status);
}
C
cc=${CC:-gcc}
$cc -O1 reported.c -o dynamic && $cc -O1 -static reported.c -o static && $cc -O1 -static-pie reported.c -o static-pie &&
	$cc -O1 -w starts.c -o starts || exit 2
loader=$(readelf -lW dynamic | sed -n 's/.*interpreter: \(.*\)\]/\1/p')
cp "$loader" ld-musl-x86_64.so.1 && $cc -O1 reported.c -o musl -Wl,--dynamic-linker="$PWD/ld-musl-x86_64.so.1" || exit 2
printf '#!%s\n' "$PWD/static" >script && printf '#! script with arguments\n' >script2 && chmod +x script script2
try() { # WAY PROGRAM [empty] : what it prints, its status, children counted, the message
	"$OUTLIVE" run -q -o trace -- ./starts "$@" >stdout 2>stderr
	echo "$*: status $?, $(cat stdout), $(
		"$OUTLIVE" info -f json trace | jq '[.processes[].lost.children] | add') counted$(
		sed -nE 's/.*(; [0-9]+ process.* not recorded.*)/\1/p' stderr)"
}
export PATH=/none:$PWD:$PATH
for way in exec fork vfork execv execl execle execvpe fexecve execveat spawn spawnp syscall; do
	try $way ./static
	try $way ./static empty
done
try execlp static
try execvp static
try spawnp static
try execvpe static
try fork ./static-pie empty
try fork ./script
try vfork ./script2 empty
echo "a loader that cannot load the library is not asked to:"
try vfork ./musl
try spawn ./musl empty
echo "dynamic, also by the loader:"
try vfork ./dynamic empty
try spawn ./dynamic
try fork "$loader" | sed 's/[^ ]*ld-/ld-/'
echo "not started:"
cp static not && chmod -x not && try exec ./not && try vfork ./not empty && try spawn ./not empty
head -c 100 static >stub && chmod +x stub && try spawn ./stub
echo "env, a shell:"
"$OUTLIVE" run -q -o trace -- env -i ./static 2>/dev/null
echo
"$OUTLIVE" info -f json trace | jq '[.processes[].lost.children] | add'
"$OUTLIVE" run -q -o trace -- bash -c './static; ./dynamic; env -i ./static; (./static); exec ./static' 2>/dev/null
echo
"$OUTLIVE" info -f json trace | jq '[.processes[].lost.children] | add'
echo "not recorded on purpose:"
"$OUTLIVE" run -q -o trace -- env OUTLIVE_DIR= LD_PRELOAD= ./static 2>/dev/null
echo
"$OUTLIVE" info -f json trace | jq '[.processes[].lost.children] | add'
"$OUTLIVE" run -q --no-follow -o trace -- ./starts fork ./static 2>/dev/null
echo
"$OUTLIVE" info -f json trace | jq '[.processes[].lost.children] | add'
