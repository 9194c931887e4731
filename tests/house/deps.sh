#!/bin/bash
# deps.sh - install what building, testing and linting outlive needs, by apt. Says what
# it installs; does nothing when all is there; uses sudo when it is not root.
set -eu

build=(gcc make libc6-dev libdw-dev libelf-dev libzstd-dev libiberty-dev)
tests=(g++ clang libcmocka-dev jq procps sqlite3 python3 git perl libjemalloc2
	libjemalloc-dev libtcmalloc-minimal4 libgoogle-perftools-dev libmimalloc2.0
	libmimalloc-dev)
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
echo "deps: installing ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
"${as_root[@]}" apt-get -q update
"${as_root[@]}" apt-get -q install -y --no-install-recommends "${missing[@]}"
