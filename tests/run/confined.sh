#!/bin/bash
# confined.sh DIRECTORY... -- COMMAND... - run COMMAND where no file of this machine can be
# changed but those in the directories: everything else is read-only to it, and what it mounts
# or unmounts is its own. Tests run so when they are run as root, on machines that matter.
#
# An ordinary user is confined by being one. Where root may make no mount namespace, that is
# printed on stderr, and COMMAND runs as it is.
set -u

inside=no
[ "$1" = --inside ] && { inside=yes; shift; }
directories=()
while [ "$1" != -- ]; do
	[ ! -d "$1" ] || directories+=("$(realpath "$1")")
	shift
done
shift
if [ $inside = no ]; then
	[ "$(id -u)" = 0 ] || exec "$@"
	unshare --mount --propagation private true 2>/dev/null &&
		exec unshare --mount --propagation private \
			bash "$0" --inside "${directories[@]}" -- "$@"
	echo "confined.sh: no mount namespace to be had: not confined" >&2
	exec "$@"
fi

# From here on in a mount namespace of our own: all mounts but those of the directories become
# read-only. Devices can still be written to, and what /proc says of processes.
open=0
for directory in "${directories[@]}"; do
	mount --bind "$directory" "$directory" || open=1
done
while read -r point kind; do
	case $kind in proc | devpts) continue ;; esac
	point=$(printf '%b' "$point") # a space is written as \040
	for directory in "${directories[@]}"; do
		case $point/ in "$directory"/*) continue 2 ;; esac
	done
	mount -o remount,bind,ro "$point" || open=1
done < <(sed -E 's/^([^ ]+ ){4}([^ ]+) .* - ([^ ]+) .*/\2 \3/' /proc/self/mountinfo)
[ $open = 0 ] || echo "confined.sh: not everything else is read-only" >&2
exec "$@"
