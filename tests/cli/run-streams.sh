#!/bin/bash
# What the program sees of the world is what it would see without us: its input and
# output byte for byte, its descriptors, signal mask and dispositions, limits, process
# group, directory, and its environment but for what carries the library in.
set -e
same() { # NAME COMMAND...: the same output with and without
	local name=$1
	shift
	"$@" <input >bare.out 2>bare.err
	"$OUTLIVE" run -q -o trace -- "$@" <input >ours.out 2>ours.err
	cmp bare.out ours.out && echo "$name: same"
}
head -c 300000 /dev/urandom >input
same "bytes" cat
same "descriptors" sh -c 'ls /proc/self/fd'
# But for the handlers of SIGSEGV and SIGBUS that tell an overflow of the stack: libc's calls
# do not show them, the kernel's list of what is caught does. A sanitizer may start a thread before
# the program begins, and libc no longer ignores its own two signals where one was started.
libc_own=0
[ -z "${OUTLIVE_SANITIZE:-}" ] || libc_own=0x180000000
signals='while read -r name mask; do case $name in
	SigBlk: | SigIgn:) echo "$name $((0x$mask & ~'$libc_own'))" ;;
	SigCgt:) echo "$name $((0x$mask & ~0x440))" ;;
esac; done </proc/self/status'
same "signals" sh -c "$signals"
same "limits" cat /proc/self/limits
same "directory" pwd
same "group" sh -c 'cut -d" " -f5,6,7 /proc/self/stat'
same "arguments" printf '%s\n' 'a b' '' --help -o '*'
same "environment" sh -c 'env | grep -vE "^(LD_PRELOAD|OUTLIVE_[A-Z_]+|_|SHLVL)=" | sort'
trap '' HUP PIPE # as nohup does
same "ignored signals" sh -c "$signals"
trap - HUP PIPE

# Another library that was to be preloaded still is, after ours.
ASAN_OPTIONS=verify_asan_link_order=0 LD_PRELOAD=libdl.so.2 "$OUTLIVE" run -q -o trace -- sh -c 'echo "${LD_PRELOAD##*:}"' 2>stderr
# Nothing of ours on stdout; a closed stderr is no trouble.
"$OUTLIVE" run -o trace -- echo words 2>&- >ours.out
cat ours.out

# What is closed is closed for the program, too, and no file of ours gets its number: what
# is printed would be written over the trace.
cat >streams.c <<'END'
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
int main(void)
{
	int closed[3];
	FILE *file;

	for (int i = 0; i < 3; i++)
		closed[i] = fcntl(i, F_GETFD) < 0;
	for (int i = 0; i < 50; i++)
		*(char *volatile)malloc(10) = 1;
	file = fopen("closed", "w");
	return fprintf(file, "closed: %d %d %d\n", closed[0], closed[1], closed[2]) < 0;
}
END
${CC:-gcc} -fno-builtin -o streams streams.c
run() {
	rm -f trace closed
	"$OUTLIVE" run -o trace -- ./streams
}
outcome() {
	cat closed
	"$OUTLIVE" info --format json trace | jq -c '[.complete, (.processes[0].allocations >= 50)]'
}
run <&- 2>ours.err; outcome
run 2>&-; outcome
run >&- 2>ours.err; outcome
run <&- 2>&-; outcome
run >&- 2>&-; outcome
run <&- >&- 2>&-; outcome
