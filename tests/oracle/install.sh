#!/bin/bash
# install.sh - what fetching and building the programs of this folder needs; `make oracle`
# runs it. Their sources come from Debian (lib.sh, fetch).
set -eu
missing=()
command -v tclsh >/dev/null || missing+=(tcl)
command -v dpkg-source >/dev/null || missing+=(dpkg-dev)
if [ ${#missing[@]} -gt 0 ]; then
	as_root=()
	[ "$(id -u)" = 0 ] || as_root=(sudo)
	echo "oracle: installing ${missing[*]}"
	export DEBIAN_FRONTEND=noninteractive
	"${as_root[@]}" apt-get -q update
	"${as_root[@]}" apt-get -q -o DPkg::Lock::Timeout=600 install -y \
		--no-install-recommends "${missing[@]}"
fi
