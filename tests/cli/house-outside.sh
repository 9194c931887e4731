#!/bin/bash
# What `make lint` says of tests that could change what is not their own, line by line (each
# line of these files but those marked fine), and that it has nothing to say of ours.
# shellcheck disable=SC2016 # planted as they are
check() { awk -f "$OUTLIVE_ROOT_DIR/tests/house/outside.awk" "$@"; }
cat >planted.sh <<'SH'
mount -t tmpfs none small
umount "$small"
rm -f /dev/null
rm -rf "$rings/"*
rm -rf $work/dir
rm -rf "${ring%/*}"
rm -rf "$(sed -n 's/kept in //p' stderr)"
[ -e x ] && mv trace /dev/shm/trace
if true; then ln -sf "$PWD/bash" /bin/sh; fi
echo core >/proc/sys/kernel/core_pattern
"$OUTLIVE" info trace >/etc/motd 2>&1
cp trace /usr/share
dd if=/dev/zero of=/dev/sda count=1
sudo chmod 777 /dev/shm
pkill outlive
kill -9 -1
cd here && touch /x
"$OUTLIVE" run -q -o /dev/null -- true
SH
cat >fine.sh <<'SH'
work=$(mktemp -d) && trap 'rm -rf "$work"' EXIT
rm -rf "${work:?}/dir" small /dev/shm/outlive.$!.* # rm /dev/null
rm -rf "/dev/shm/outlive.${rings#*/outlive.}"
cp /bin/true /etc/passwd here
ln -s /etc/passwd here
echo >/dev/null 2>/dev/full; : >"$work/x"; kill "$pid" -0
unshare --mount sh -c 'mount -t tmpfs none small'
SH
cat >planted.c <<'C'
	mount("none", "/dev/shm", "tmpfs", 0, NULL);
	unlink("/dev/null");
	if (rename("trace", "/etc/passwd"))
	file = open("/dev/shm/x", O_CREAT | O_WRONLY, 0600);
	file = fopen("/etc/passwd", "a");
	kill(-1, SIGKILL);
C
cat >fine.c <<'C'
	unlink(path), unlink("trace"), unlink("/tmp/outlive-x"), kill(pid, SIGKILL);
	file = open("/dev/zero", O_RDONLY), file = fopen("/etc/passwd", "r"), fopen("/dev/null", "w");
	return unshare(CLONE_NEWNS) || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL);
C
check planted.sh
echo "status $?"
check planted.c
echo "status $?"
check fine.sh fine.c && echo "fine"
cd "$OUTLIVE_ROOT_DIR" || exit 1
find tests samples .ci -type f \( -name '*.sh' -o -name run -o -name '*.c' -o -name '*.cpp' -o -name '*.py' \) \
	! -path tests/cli/house-outside.sh -exec awk -f tests/house/outside.awk {} + && echo "ours are"
