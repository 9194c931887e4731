#!/bin/bash
# Hard limits of the shell's, which hold for outlive itself, too: whatever they leave, the program
# runs and its output and exit status are as bare. It may be unrecorded, or the trace without
# names, and then one line says so.
if [ -n "${OUTLIVE_SANITIZE:-}" ]; then
	echo "a sanitizer takes more than these limits leave" >&2
	exit 77
fi
[ "$(id -u)" != 0 ] || unshare --mount true 2>/dev/null || {
	echo "no mount namespace to be had here" >&2
	exit 77
}
cat >program.c <<'C'
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

static void *volatile sink;
static long limit(int resource)
{
	struct rlimit limit;

	getrlimit((__rlimit_resource_t)resource, &limit);
	return (long)limit.rlim_cur;
}

int main(void)
{
	struct sigaction action;

	for (int i = 0; i < 1000; i++)
		sink = malloc(100);
	printf("limits %ld %ld %ld %ld\n", limit(RLIMIT_STACK), limit(RLIMIT_NOFILE),
	       limit(RLIMIT_DATA), limit(RLIMIT_AS));
	sigaction(SIGXFSZ, NULL, &action);
	printf("%d", action.sa_handler == SIG_DFL);
	sigaction(SIGPIPE, NULL, &action);
	printf("%d", action.sa_handler == SIG_DFL);
	sigaction(SIGCHLD, NULL, &action);
	printf("%d\n", action.sa_handler == SIG_DFL);
	return 7;
}
C
${CC:-gcc} -O1 -g -fno-builtin -o program program.c || exit 1
limited() { # WHAT-IS-SAID LIMIT...: a line for each LIMIT of which something does not hold
	local reported=$1 limit lines
	shift
	for limit in "$@"; do
		{ bash -c "ulimit $limit; ./program; echo status \$?"; } | cat >bare
		# the shell waits, as it can say the status; no more files are open than its own
		{ bash -c "ulimit $limit; \"\$OUTLIVE\" run -q -o t.outlive -- ./program
			echo status \$?" | cat >out; } 2>&1 | cat >stderr
		cmp bare out || echo "ulimit $limit: another output"
		grep -q "$reported" stderr || { echo "ulimit $limit: not shown: $reported"; cat stderr; }
		# short of memory libdw and libc say something of their own, too
		lines=$(grep '^outlive: ' stderr | grep -Evc ' events of |: Assertion `')
		[ "$lines" -lt 2 ] || { echo "ulimit $limit: $lines lines:"; cat stderr; }
	done
}
names=' 1 process in t.outlive'
echo "- a small stack"
limited "$names" '-s 64' '-s 96' '-s 128' '-s 256'
"$OUTLIVE" report --format json t.outlive | jq -r '.. | .function? // empty' | grep -m 1 -x main
(ulimit -s 128 && "$OUTLIVE" report t.outlive 2>&1 | grep -c '^  never freed  ')
echo "- little data, or address space"
# The loader needs more for outlive's own libraries in newer releases.
least=400
until (ulimit -d $least && "$OUTLIVE" --version) >/dev/null 2>&1 || [ $least = 900 ]; do
	least=$((least + 100))
done
limited 'program is not recorded: that takes 4096 KiB of memory' "-d $least" '-d 1000' '-d 4000'
for ((i = 6000; i < 30000; i += 2000)); do
	limited "$names" "-d $i"
done
limited 'program was not recorded: liboutlive.so made no ring' '-v 11000'
for ((i = 16000; i < 60000; i += 4000)); do
	limited "$names" "-v $i"
done
cat >greedy.c <<'C'
#include <stdio.h>
#include <stdlib.h>
int main(void)
{
	int blocks = 0;

	while (malloc(65536))
		blocks++;
	printf("%d\n", blocks);
	return 0;
}
C
${CC:-gcc} -O1 -fno-builtin -o greedy greedy.c || exit 1
bare=$(ulimit -v 200000 && ./greedy)
recorded=$(ulimit -v 200000 && "$OUTLIVE" run -q -o t.outlive -- ./greedy 2>/dev/null)
echo "a program that takes all there is gets $((recorded * 10 / bare)) tenths"
echo "- few descriptors"
limited 'program is not recorded: that takes 12 more open files' '-n 4' '-n 5' '-n 8' '-n 9'
limited "$names" '-n 20' '-n 40'
(ulimit -n 20 && exec "$OUTLIVE" run -q -o t.outlive -- \
	bash -c 'for i in 1 2 3 4 5 6 7 8; do /bin/echo "$i" & done; wait' 2>&1 >/dev/null) |
	grep -o ' of .* processes'
echo "- no file may grow"
limited 'program is not recorded: t.outlive: File too large' '-f 0'
ls t.outlive 2>/dev/null
(ulimit -f 0 && exec "$OUTLIVE" run -q -o t.outlive -- ./program 2>stderr) | tail -1
ls -d "/dev/shm/outlive.$$."* 2>/dev/null
echo "- no more processes"
# Root is not bound by it; who becomes another finds the files where all may look.
unprivileged() {
	[ "$(id -u)" = 0 ] || { "$@"; return; }
	unshare --mount --propagation private bash -c 'mount -t tmpfs -o mode=777 none /mnt &&
		cp "$OUTLIVE" "$OUTLIVE_LIBRARY" program /mnt && cd /mnt && chmod 755 outlive liboutlive.so program &&
		OUTLIVE=/mnt/outlive exec setpriv --reuid 65534 --regid 65534 --clear-groups "$@"' root "$@"
}
unprivileged bash -c 'ulimit -u 1 && exec "$OUTLIVE" run -q -o u.outlive -- ./program' 2>&1 |
	grep -v '^limits'
exit 0
