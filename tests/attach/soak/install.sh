#!/bin/bash
# install.sh - what `make attach-soak` attaches to, from Debian's packages; what cannot be had is
# printed, and left out. `compare.sh` beside it needs heaptrack and gdb, too, and memray of PyPI.
set -eu
PATH=$PATH:/usr/sbin
declare -A packages=([redis-server]=redis-server [nginx]=nginx-light [ab]=apache2-utils
	[node]=nodejs [javac]=default-jdk-headless [/usr/lib/postgresql/*/bin/initdb]=postgresql
	[heaptrack]=heaptrack [gdb]=gdb [musl-gcc]=musl-tools)
as_root=()
[ "$(id -u)" = 0 ] || as_root=(sudo)
missing=() skipped=()
for program in "${!packages[@]}"; do
	case $program in
	/*) compgen -G "$program" >/dev/null && continue ;;
	*) command -v "$program" >/dev/null && continue ;;
	esac
	missing+=("${packages[$program]}")
done
if [ ${#missing[@]} -gt 0 ]; then
	echo "attach-soak: installing ${missing[*]}"
	export DEBIAN_FRONTEND=noninteractive
	"${as_root[@]}" apt-get -q update || true
	# No server is to start on its own: the scripts start theirs.
	for package in "${missing[@]}"; do
		"${as_root[@]}" env RUNLEVEL=1 apt-get -q -o DPkg::Lock::Timeout=600 install -y \
			--no-install-recommends "$package" || skipped+=("$package")
	done
fi
command -v go >/dev/null || skipped+=("go")
[ ${#skipped[@]} = 0 ] || echo "attach-soak: not to be had, and skipped: ${skipped[*]}"
