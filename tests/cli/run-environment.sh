#!/bin/bash
# A program that is started with an environment of its own is recorded; unless it was
# made for another recording, or for none, or the program is recorded alone.
cat >worker.c <<'END'
#include <stdlib.h>
static void *volatile sink;
int main(int argc, char **argv)
{
	for (int i = atoi(argv[argc - 1]); i; i--)
		sink = malloc(24);
	return 0;
}
END
${CC:-gcc} -o worker worker.c || exit 1
run() { # [OPTION]... -- COMMAND...: how many blocks the workers of it allocated
	"$OUTLIVE" run -q -o trace "$@" 2>stderr
	echo "status $?, workers: $("$OUTLIVE" info --format json trace |
		jq -c '[.processes[] | select(.arguments[0] == "./worker") | .allocations]')"
}
run -- env -i ./worker 11
run -- env -u LD_PRELOAD ./worker 12
run -- env LD_PRELOAD=libdl.so.2 ./worker 13
run -- perl -e '%ENV = (); system "./worker", 14; exec "./worker", 15'
run -- /usr/bin/python3 -c '
import os, subprocess
subprocess.run(["./worker", "16"], env={})
subprocess.run(["./worker", "17"], env={"A": "1"}, preexec_fn=lambda: None)
os.posix_spawn("./worker", ["./worker", "18"], {})
os.wait()'
run -- bash -c 'unset LD_PRELOAD; env -i ./worker 19; exec -c ./worker 20'

echo "what it finds in its environment, but for what carries the recorder:"
"$OUTLIVE" run -q -o trace -- env -i B=2 A=1 env 2>stderr | grep -vE '^(LD_PRELOAD|OUTLIVE_[A-Z_]+)='
"$OUTLIVE" run -q -o trace -- env -i LD_PRELOAD=libdl.so.2 env 2>stderr |
	sed -n 's,^LD_PRELOAD=.*/,LD_PRELOAD=../,p'

echo "alone:"
run --no-follow -- env -i ./worker 21
"$OUTLIVE" run -q --no-follow -o trace -- env -i B=2 env 2>stderr
echo "not to be recorded:"
run -- env OUTLIVE_DIR= LD_PRELOAD= ./worker 22

echo "a recording in a recording: either has its own"
# AddressSanitizer, where `outlive` is built with it, otherwise ends on a library before its own.
ASAN_OPTIONS=verify_asan_link_order=0 run -- "$OUTLIVE" run -q -o inner -- env -i ./worker 23
"$OUTLIVE" info --format json inner | jq -c '[.processes[].arguments[-1]]'

echo "in a root without the library: not recorded, counted, and nothing is shown"
mkdir jail
for library in $(ldd worker | grep -o '/[^ ]*'); do
	mkdir -p "jail/${library%/*}"
	cp -L "$library" "jail/$library"
done
cp worker jail
if [ "$(id -u)" = 0 ]; then
	for with in '%ENV = ();' ''; do
		run -- perl -e 'chroot "jail" and chdir "/";'"$with"'exec "./worker", 24'
		grep -v "events of" stderr
		"$OUTLIVE" info --format json trace | jq -c '[.processes[].lost.children]'
	done
else
	printf 'status 0, workers: []\n[1]\n%.0s' 1 2 # who is not root cannot try
fi
