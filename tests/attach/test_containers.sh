#!/bin/bash
# Processes in namespaces of their own, as in a container: from outside, and from a process that
# shares their pid namespace but sees other files (a side-car). Nothing of ours is left there.
# shellcheck source=tests/attach/lib.sh disable=SC2154
. "$OUTLIVE_ROOT_DIR/tests/attach/lib.sh"
unshare --fork --pid --mount --uts --ipc --net true 2>/dev/null || {
	echo "no namespaces here"
	exit 77
}
cat >leak.c <<'END_OF_C'
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
static void *kept[1000000];
static int count;
__attribute__((noinline)) static void leak(void) { kept[count++ % 1000000] = memset(malloc(1000), 1, 1000); }
static void *sleep_on(void *unused) { pause(); return unused; }
int main(int argc, char **argv)
{
	pthread_t thread;
	if (argc > 2)
		pthread_create(&thread, NULL, sleep_on, NULL);
	for (;;) {
		leak();
		free(malloc(10));
		usleep(1000);
	}
	return argv != NULL;
}
END_OF_C
gcc -O1 -g -fno-builtin -pthread -o leak leak.c || exit 1
mkdir -p root/proc root/tmp root/var/tmp root/run root/dev/shm root/app
for file in $(ldd leak | grep -o '/[^ ]*'); do
	mkdir -p "root$(dirname "$file")"
	cp -L "$file" "root$file"
done
cp leak root/app/
cat >inside.sh <<'END_OF_SH'
mount -t proc proc root/proc
eval "$BEFORE"
exec chroot --userspec="$USER_THERE:$USER_THERE" root /app/leak "$@"
END_OF_SH

# Start it in a container; $pid is its number out here.
contain() { # ARGUMENT...
	start env BEFORE="${BEFORE:-}" USER_THERE="${USER_THERE:-0}" unshare --fork --pid --mount --uts --ipc --net \
		bash inside.sh "$@"
	sleep 0.5
	pid=$(pgrep -x leak -P "$pid")
	started+=("$pid")
}
left_there() { # WHAT
	local left
	# A test's own directory may have its like in the container.
	left=$(find root/tmp* root/var/tmp root/run root/dev -name '*outlive*' ! -name 'outlive-test.*')
	[ -z "$left" ] || complain "$1: left there: $left"
}
check() { # WHAT
	local names
	attach 400ms
	names=$("$OUTLIVE" report -f json --by path t.outlive | jq -r '[.sites[].frames[].function] | unique | join(" ")')
	[[ " $names " == *" leak "* ]] || complain "$1: no names: $names"
	left_there "$1"
	kill -0 "$pid" || complain "$1: dead"
}
contain
check "one thread"
check "again"
kill -KILL "$pid"
contain a thread
check "two threads"
"$OUTLIVE" attach -q -o t.outlive "$pid" 2>attached &
outlive=$!
for ((i = 0; i < 200; i++)); do is_listed && break; sleep 0.05; done
"$OUTLIVE" detach "$pid" 2>detached || complain "detach: $(cat detached)"
wait $outlive || complain "attach ended: $(cat attached)"
# It ends while it is recorded: so does the recording, whole.
"$OUTLIVE" attach -q -o t.outlive "$pid" 2>attached &
outlive=$!
for ((i = 0; i < 200; i++)); do is_listed && break; sleep 0.05; done
sleep 0.2
kill -KILL "$pid"
wait $outlive || complain "the process's end: $(cat attached)"
[ "$("$OUTLIVE" info -f json t.outlive | jq '.processes[0].events > 10')" = true ] || complain "killed: no events"
chmod 1777 root/tmp
USER_THERE=65534 contain
check "no root in there"
kill -KILL "$pid"

# No file can be made there: refused, in one line.
BEFORE='mount --bind root root2; mount -o remount,bind,ro root2; mount -t proc proc root2/proc; rmdir() { :; }'
mkdir -p root2
sed 's/ root \/app/ root2 \/app/' inside.sh >other.sh
mv inside.sh first.sh
mv other.sh inside.sh
contain
mask='s,mount .*/liboutlive.so,mount LIBRARY,' \
	refused "sees other files than outlive, and none of /tmp, /var/tmp, /run, /dev/shm and / there can be written to and executed from"
kill -KILL "$pid"
mv first.sh inside.sh

# Directories of the container that are links to a path that exists out here, too: nothing is made
# out here, not even for a moment. The path is there in the container, or not;
# or directory and link are exchanged all the time.
outside=$PWD/outside
mkdir -p "$outside"
chmod 1777 "$outside"
untouched=$(stat -c '%y %Z' "$outside")
check_outside() { # WHAT
	[ "$untouched" = "$(stat -c '%y %Z' "$outside")" ] || complain "$1: something was made outside"
	untouched=$(stat -c '%y %Z' "$outside")
}
rm -rf root/tmp root/var/tmp root/run root/dev/shm
for name in tmp var/tmp run dev/shm; do ln -s "$outside" "root/$name"; done
contain a thread
timeout 60 "$OUTLIVE" attach -q --for 300ms -o t.outlive "$pid" 2>attached && complain "links to nothing: attached"
[ "$(wc -l <attached)" = 1 ] || complain "links to nothing: $(cat attached)"
grep -q 'its /dev/shm, /tmp and /var/tmp' attached || complain "links to nothing: $(cat attached)"
check_outside "links to nothing"
kill -0 "$pid" || complain "links to nothing: dead"
rm root/tmp
mkdir -p "root$outside"
check "links inside"
check_outside "links inside"
[ -z "$(ls -A "root$outside")" ] || complain "left inside: $(ls -A "root$outside")"
kill -KILL "$pid"
cat >swap.c <<'END_OF_C'
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>
int main(void)
{
	for (;;) {
		renameat2(AT_FDCWD, "root/tmp", AT_FDCWD, "root/tmp.other", RENAME_EXCHANGE);
		renameat2(AT_FDCWD, "root/dev/shm", AT_FDCWD, "root/dev/shm.other", RENAME_EXCHANGE);
		usleep(50);
	}
}
END_OF_C
gcc -O1 -o swap swap.c || exit 1
rm -rf root/tmp
ln -s "$outside" root/tmp
mkdir root/tmp.other root/dev/shm.other
contain a thread
./swap &
swapper=$!
started+=("$swapper")
attached=0
for ((i = 0; i < 8; i++)); do
	timeout 60 "$OUTLIVE" attach -q --for 100ms -o t.outlive "$pid" 2>attached && attached=$((attached + 1))
	kill -0 "$pid" || complain "exchanged: dead"
done
kill -KILL $swapper
wait $swapper 2>/dev/null
check_outside "exchanged"
left_there "exchanged"
echo "attached $attached of 8 times while directories were exchanged for links"
kill -KILL "$pid"
rm -rf root/tmp root/tmp.other root/dev/shm root/dev/shm.other root/run root/var/tmp
mkdir root/tmp root/dev/shm root/run root/var/tmp

# A side-car: the same processes, other files.
cat >sidecar.sh <<END_OF_SH
chroot root /app/leak &
sleep 0.5
timeout 60 '$OUTLIVE' attach -q --for 300ms -o side.outlive \$! 2>side
echo \$? >status
kill -0 \$! || echo dead >status
kill -9 \$!
END_OF_SH
unshare --fork --pid --mount-proc --net bash sidecar.sh
[ "$(cat status)" = 0 ] || complain "side-car: $(cat status side)"
[ "$("$OUTLIVE" info -f json side.outlive | jq '.processes[0].events > 10')" = true ] || complain "side-car: no events"
