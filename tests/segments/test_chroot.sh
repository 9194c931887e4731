#!/bin/bash
# shellcheck disable=SC2154 # lib.sh sets pid
# A container, as far as this machine can: a program in a directory of its own with its own
# copies of the libraries, and where that is permitted in namespaces of its own. Paths in
# its maps mean its files, not those of the same name here.
. "$OUTLIVE_ROOT_DIR/tests/segments/lib.sh"
[ "$(id -u)" = 0 ] || skip "chroot needs root"
needs chroot unshare
mkdir -p root
cat >work.c <<'C'
#include <unistd.h>
char big[3 << 20];
int main(void) { big[1] = 1; for (;;) pause(); }
C
gcc -O1 -o work work.c || exit 1
copy() { # FILE
	mkdir -p "root$(dirname "$1")"
	cp -L "$1" "root$1"
}
for file in $(ldd ./work | grep -o '/[^ ]*'); do copy "$file"; done
cp work root/work
# The library is not the one outside: only a reader who looks in the root sees its symbols.
strip "root$(ldd ./work | grep -o '/[^ ]*libc[^ ]*')" 2>/dev/null
start chroot root /work
hold chroot "$pid"
expect "$pid" symbol '[.symbols[] | select(.name == "big" and .size == 3145728)] | length == 1'
if unshare --pid --mount --fork true 2>/dev/null; then
	start unshare --pid --mount --fork --kill-child chroot root /work
	await pgrep -P "$pid"
	hold container "$(pgrep -P "$pid")"
else
	echo "container: namespaces are not permitted here"
fi
