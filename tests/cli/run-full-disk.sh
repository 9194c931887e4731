#!/bin/bash
# A full disk: one line, the program goes on unharmed, what was written can be read.
if [ -z "${inside:-}" ]; then # where what is mounted is ours alone, and ends with us
	unshare --mount true 2>/dev/null || { echo "no mount namespace to be had here" >&2; exit 77; }
	inside=yes exec unshare --mount --propagation private bash "$0"
fi
mkdir small
mount -t tmpfs -o size=256k none small 2>/dev/null || { echo "cannot mount a tmpfs here" >&2; exit 77; }
cat >busy.c <<'END'
#include <stdio.h>
#include <stdlib.h>
int main(void)
{
	volatile unsigned random = 1;
	for (long i = 0; i < 2000000; i++) {
		random = random * 1103515245 + 12345;
		free(malloc(16 + (random >> 16 & 1023)));
	}
	puts("unharmed");
	return 3;
}
END
${CC:-gcc} -O1 -o busy busy.c
"$OUTLIVE" run -q -o small/trace -- ./busy 2>stderr
echo "status $?"
sed -E 's/outlive\.[0-9]+\.[0-9a-f]+/outlive.X/; s/[0-9,]+ events of 1 process in .*/N events/' stderr
# cut back to its last whole block, which is none of the end
[ "$(stat -c %s small/trace)" -gt 100000 ] && echo "kept"
rings=$(sed -n 's/.* the rings in \(.*\): .*/\1/p' stderr)
ls "$rings" | sed 's/^[0-9]*/PID/'
"$OUTLIVE" info small/trace >info 2>&1; echo "info: status $?"
rm -rf "/dev/shm/outlive.${rings#*/outlive.}"
echo "- full from the start"
rm -f small/trace
cat /dev/zero >small/zeros 2>/dev/null
"$OUTLIVE" run -q -o small/trace -- touch started 2>stderr
echo "status $?"
cat stderr
ls small started 2>/dev/null
exit 0
