#!/bin/bash
# A test that is run as root can change its own directories and nothing else: no file made,
# changed, renamed or removed, nothing mounted over; devices can still be used.
[ "$(id -u)" = 0 ] && unshare --mount true 2>/dev/null || { echo "needs root, and namespaces" >&2; exit 77; }
mkdir -p outside 'outside/its own mount' inside
echo precious >outside/file
unshare --mount --propagation private bash -c '
mount -t tmpfs none "outside/its own mount" && echo precious >"outside/its own mount/file"
bash "$OUTLIVE_ROOT_DIR/tests/run/confined.sh" inside not-there -- bash -c "
	: >outside/new
	echo changed >outside/file
	echo changed >\"outside/its own mount/file\"
	mv outside/file outside/other
	rm -f outside/file
	for device in /dev/null; do chmod 666 \"\$device\"; done
	mount -t tmpfs none outside && echo mounted
	umount outside
	echo more >inside/file && echo gone >/dev/null && echo \"writes to its own\"
	exit 3"
echo "status $?"
cat "outside/its own mount/file"'
cat outside/file
ls outside inside
