#!/bin/bash
# install.sh - the runtimes, debuggers and libraries that programs of this folder are run
# with; `make exact` runs it. `make test` takes those that are there. Needs root or sudo.
set -eu
wanted=(gdb linux-perf python3-greenlet python3-gevent ruby php-cli nodejs luajit
	default-jdk-headless rustc golang libc++-14-dev libc++abi-14-dev libunwind-14-dev clang ocaml-nox
	libboost-context-dev)
missing=()
for package in "${wanted[@]}"; do
	case $package in
	rustc | golang) command -v "${package/golang/go}" >/dev/null && continue ;;
	esac
	dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q ' installed$' ||
		missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0
as_root=()
[ "$(id -u)" = 0 ] || as_root=(sudo)
echo "exact: installing ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
"${as_root[@]}" apt-get -q update
"${as_root[@]}" apt-get -q -o DPkg::Lock::Timeout=600 install -y \
	--no-install-recommends "${missing[@]}"
