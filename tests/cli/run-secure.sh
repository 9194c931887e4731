#!/bin/bash
# A program that the loader runs in secure mode would not be recorded: refused, unless we
# are the user it would become.
[ "$(id -u)" = 0 ] && command -v setpriv >/dev/null || { echo "needs root and setpriv" >&2; exit 77; }
open=$(mktemp -d) && trap 'rm -rf "$open"' EXIT && cd "$open" && chmod 755 . && mkdir -m 777 out
cp "$(type -P true)" uid && chown 0 uid && chmod 4755 uid
cp "$(type -P true)" gid && chgrp 0 gid && chmod 2755 gid
cp "$(type -P true)" secret && chmod 4711 secret
as() { setpriv --reuid=65534 --regid=65534 --clear-groups "$@"; }
as "$OUTLIVE" --version >/dev/null 2>&1 || { echo "others cannot run outlive here" >&2; exit 77; }
for program in ./uid ./gid ./secret; do
	as "$OUTLIVE" run -q -o out/trace -- "$program" 2>stderr
	echo "status $?"
	cat stderr
done
"$OUTLIVE" run -q -o trace -- ./uid 2>stderr
echo "as root: status $?"
# no_new_privs takes the bits' meaning away
as setpriv --no-new-privs "$OUTLIVE" run -q -o out/trace -- ./uid 2>stderr
echo "no_new_privs: status $?"
# Started by a recorded program, it is not recorded, but counted
cat >starts.c <<'C'
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>
int main(int argc, char **argv)
{
	char *none[] = { 0 };
	int status;
	pid_t pid;

	if (argc > 2 && (pid = vfork()) == 0)
		_exit(execve(argv[1], argv + 1, none));
	if (argc == 2 && posix_spawn(&pid, argv[1], 0, 0, argv + 1, none))
		return 2;
	waitpid(pid, &status, 0);
	return WEXITSTATUS(status);
}
C
${CC:-gcc} -o starts starts.c || exit 2
counted() { # COMMAND.. : its status, children counted
	"$@" >stdout 2>stderr
	echo "status $?, $("$OUTLIVE" info -f json "${trace:-out/trace}" | jq '[.processes[].lost.children] | add') counted$(
		sed -nE 's/.*(; [0-9]+ process.* not recorded.*)/\1/p' stderr)"
}
for program in ./uid ./gid ./secret; do
	echo "- $program"
	counted as "$OUTLIVE" run -q -o out/trace -- ./starts "$program"
	counted as "$OUTLIVE" run -q -o out/trace -- ./starts "$program" again
done
echo "- no_new_privs"
counted as setpriv --no-new-privs "$OUTLIVE" run -q -o out/trace -- ./starts ./uid
echo "- as root, and as root that has become another"
trace=trace counted "$OUTLIVE" run -q -o trace -- ./starts ./uid
trace=trace counted "$OUTLIVE" run -q -o trace -- setpriv --euid=65534 ./starts /bin/true
