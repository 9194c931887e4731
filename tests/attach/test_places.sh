#!/bin/bash
# Processes that see other files than we do, or whose libc is not glibc.
# shellcheck source=tests/attach/lib.sh disable=SC2154
. "$OUTLIVE_ROOT_DIR/tests/attach/lib.sh"
cat >wait.c <<'END_OF_C'
#include <stdlib.h>
#include <unistd.h>
int main(void) { for (;;) { void *volatile block = malloc(10); free(block); usleep(1000); } }
END_OF_C
gcc -O1 -o wait wait.c || exit 1

if command -v musl-gcc >/dev/null; then
	musl-gcc -O1 -o musl wait.c || exit 1
	start ./musl
	refused "is built for musl (/lib/ld-musl-x86_64.so.1), outlive for glibc: build it against glibc"
	musl-gcc -O1 -static -o musl-static wait.c || exit 1
	start ./musl-static
	refused "is statically linked, nothing can be loaded into it"
else
	echo "no musl-gcc here"
fi

unshare -m true 2>/dev/null || { echo "no mount namespaces here"; exit; }
apart() { # SCRIPT: in a mount namespace of its own, then the program
	start unshare -m bash -c "$1 && exec ./wait"
	sleep 0.3
}
# Its own mounts, but the same library: it is recorded.
apart 'mount -t tmpfs none /mnt'
attach 100ms
[ "$("$OUTLIVE" info -f json t.outlive | jq '.processes[0].events')" -gt 0 ] || complain "nothing was recorded"
# The library is hidden there: a copy serves.
library=$(dirname "$(readlink -f "$OUTLIVE")")
apart "mount -t tmpfs none '$library'"
attach 100ms
[ "$("$OUTLIVE" info -f json t.outlive | jq '.processes[0].events')" -gt 0 ] || complain "hidden: nothing was recorded"

# The library lies where nothing may be executed, for the process as for us.
mkdir -p bin lib plain
cp "$OUTLIVE" bin/outlive
ln -s "$PWD/plain" lib/outlive
cat >noexec.sh <<END_OF_SH
mount -t tmpfs -o noexec none plain && cp '$library/liboutlive.so' plain/ || exit 77
./wait &
pid=\$!
sleep 0.3
timeout 60 bin/outlive attach -q --for 100ms -o r.outlive \$pid 2>refusal
status=\$?
kill -0 \$pid || status=dead
kill \$pid
echo \$status
END_OF_SH
status=$(unshare -m bash noexec.sh)
[ "$status" = 3 ] && grep -q 'is on a file system without execution (noexec), and cannot be loaded' refusal ||
	complain "noexec: $status: $(cat refusal)"
