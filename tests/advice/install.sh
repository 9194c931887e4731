#!/bin/bash
# install.sh - what fetching, building and measuring the programs of this folder needs; `make
# advice` runs it. Their sources come from Debian, PyPI and crates.io (run.sh).
set -eu
missing=()
command -v dpkg-source >/dev/null || missing+=(dpkg-dev)
command -v g++ >/dev/null || missing+=(g++)
command -v cargo >/dev/null || missing+=(cargo)
command -v valgrind >/dev/null || missing+=(valgrind)
command -v jq >/dev/null || missing+=(jq)
/usr/bin/python3 -m pip --version >/dev/null 2>&1 || missing+=(python3-pip)
[ -e "$(/usr/bin/python3 -c 'import sysconfig; print(sysconfig.get_path("include"))')/Python.h" ] ||
	missing+=(python3-dev)
if [ ${#missing[@]} -gt 0 ]; then
	as_root=()
	[ "$(id -u)" = 0 ] || as_root=(sudo)
	echo "advice: installing ${missing[*]}"
	export DEBIAN_FRONTEND=noninteractive
	"${as_root[@]}" apt-get -q update
	"${as_root[@]}" apt-get -q -o DPkg::Lock::Timeout=600 install -y \
		--no-install-recommends "${missing[@]}"
fi
