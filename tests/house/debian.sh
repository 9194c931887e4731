#!/bin/bash
# debian.sh SUITE - what README.md promises of a fresh Debian: SUITE (bookworm, trixie) is
# installed into a directory, the checkout is copied there, and .ci/run, which is README.md's
# two commands, runs in it. Nothing outside that directory changes: its mounts and processes
# live in namespaces of their own and end with them. KEEP=1 leaves the directory.
#
# What the packages come from (mirror, proxy, other settings of the network) is asked of this
# machine's apt. Needs root, 3 GiB, and debootstrap, which it installs.
set -eu
suite=${1:?usage: debian.sh SUITE}
cd "$(dirname "$0")/../.."

if [ "${2:-}" != inside ]; then
	[ "$(id -u)" = 0 ] || { echo "debian.sh: a chroot needs root" >&2; exit 1; }
	command -v debootstrap >/dev/null || DEBIAN_FRONTEND=noninteractive \
		apt-get -q -o DPkg::Lock::Timeout=600 \
		install -y --no-install-recommends debootstrap
	work=$(mktemp -d "${TMPDIR:-/var/tmp}/outlive-$suite.XXXXXX")
	chmod 755 "$work" # a root directory is open to every user: some tests become another
	if [ "${KEEP:-}" = 1 ]; then
		echo "debian.sh: stays: $work"
	else
		trap 'rm -rf --one-file-system "$work"' EXIT
	fi
	unshare --mount --propagation private --pid --fork --kill-child \
		bash tests/house/debian.sh "$suite" inside "$work"
	exit
fi

# ---- in the namespaces: $root is the directory --------------------------------------

root=$3

mirror() {
	# shellcheck disable=SC2016 # apt's own $(...)
	apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Label: Debian' |
		grep . || echo http://deb.debian.org/debian
}

bootstrap() {
	local proxy=
	eval "$(apt-config shell proxy Acquire::http::Proxy)"
	[ -z "$proxy" ] || export http_proxy=$proxy
	debootstrap --variant=minbase "$suite" "$root" "$(mirror | head -n 1)"
	apt-config dump | grep -E '^Acquire::(Check-|https?::|Retries|Languages)' \
		>"$root/etc/apt/apt.conf.d/90host" || true
	cp /etc/hosts "$root/etc/hosts"
}

# No device of this machine is in it: debootstrap made its own.
mount_own() {
	mount --bind "$root" "$root" # so that tests there can make it read-only
	mount -t proc proc "$root/proc"
	mount -t tmpfs -o mode=1777 tmpfs "$root/dev/shm"
	mount -t devpts -o newinstance,ptmxmode=666 devpts "$root/dev/pts"
	ln -sf pts/ptmx "$root/dev/ptmx"
}

# What git knows, as it is here, and what is new.
copy_checkout() {
	mkdir "$root/outlive"
	git -c safe.directory="$PWD" ls-files -z --cached --others --exclude-standard |
		xargs -0 sh -c 'for file; do [ ! -e "$file" ] || printf "%s\0" "$file"; done' sh |
		tar -c --null -T - | tar -x --no-same-owner -C "$root/outlive"
}

bootstrap
mount_own
copy_checkout
# Not by chroot: who lives in one may make no user namespace, as some tests do.
cd "$root"
pivot_root . .
umount -l .
exec chroot . env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root \
	bash /outlive/.ci/run </dev/null
