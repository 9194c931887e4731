#!/bin/bash
# deps.sh GROUP - install by apt what outlive needs: "build" is what building and running
# need, "test" that and what testing and linting need. Says what it installs, and apt says how
# much that is; does nothing when all is there; uses sudo when it is not root.
set -eu

build=(gcc make libc6-dev libdw-dev libelf-dev libzstd-dev libiberty-dev libzydis-dev
	uthash-dev libncurses-dev)
tests=(g++ clang libcmocka-dev jq procps sqlite3 python3 git perl libjemalloc2
	libtcmalloc-minimal4 lld libboost-dev libfmt-dev dwz libdebuginfod1
	tmux)
lint=(clang-format clang-tidy shellcheck)
# Some names carry a version: those of this release are taken. Tests do without them.
versioned=()
case ${1:-} in
build) wanted=("${build[@]}") ;;
test)
	wanted=("${build[@]}" "${tests[@]}" "${lint[@]}")
	versioned=('^libmimalloc[0-9.]+$' '^libclang-rt-dev$')
	;;
*) echo "usage: deps.sh build|test" >&2; exit 2 ;;
esac

missing=()
for package in "${wanted[@]}"; do
	dpkg-query -W -f '${Status}' "$package" 2>/dev/null |
		grep -q ' installed$' || missing+=("$package")
done
if [ ${#missing[@]} = 0 ]; then
	echo "deps: everything is installed"
	exit 0
fi

as_root=()
if [ "$(id -u)" != 0 ]; then
	command -v sudo >/dev/null ||
		{ echo "deps: not root and no sudo; install: ${missing[*]}" >&2; exit 1; }
	as_root=(sudo)
fi
export DEBIAN_FRONTEND=noninteractive
"${as_root[@]}" apt-get -q update
for pattern in "${versioned[@]}"; do
	name=$(apt-cache search --names-only "$pattern" | awk '{ print $1; exit }')
	[ -z "$name" ] || missing+=("$name")
done
echo "deps: installing ${missing[*]}"
"${as_root[@]}" apt-get -q -o DPkg::Lock::Timeout=600 install -y \
	--no-install-recommends "${missing[@]}"
