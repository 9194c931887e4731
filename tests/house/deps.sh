#!/bin/bash
# deps.sh - install what building, testing and linting outlive needs, by apt. Says what
# it installs; does nothing when all is there; uses sudo when it is not root.
set -eu

build=(gcc make libc6-dev libdw-dev libelf-dev libzstd-dev libiberty-dev)
tests=(g++ clang libcmocka-dev jq procps sqlite3 python3 git perl libjemalloc2
	libtcmalloc-minimal4)
lint=(clang-format clang-tidy shellcheck)

missing=()
for package in "${build[@]}" "${tests[@]}" "${lint[@]}"; do
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
# Some names carry a version: take those of this release. Tests do without them.
for pattern in '^libmimalloc[0-9.]+$' '^libclang-rt-dev$'; do
	name=$(apt-cache search --names-only "$pattern" | awk '{ print $1; exit }')
	[ -z "$name" ] || missing+=("$name")
done
echo "deps: installing ${missing[*]}"
"${as_root[@]}" apt-get -q install -y --no-install-recommends "${missing[@]}"
