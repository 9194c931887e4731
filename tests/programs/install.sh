#!/bin/bash
# install.sh - the programs of the matrix, from Debian's packages; `make test-programs`
# runs it. Go is not among them: Debian's is too old for cgo tests of today; a `go` on the
# PATH is used, otherwise go.sh says it was skipped.
set -eu
declare -A packages=([sqlite3]=sqlite3 [heaptrack]=heaptrack [valgrind]=valgrind
	[git]=git [perl]=perl [rg]=ripgrep [clang]=clang [redis-server]=redis-server
	[nginx]=nginx-light [node]=nodejs [javac]=default-jdk-headless)
missing=()
for program in "${!packages[@]}"; do
	PATH=$PATH:/usr/sbin command -v "$program" >/dev/null ||
		missing+=("${packages[$program]}")
done
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || missing+=(postgresql)
[ -x /usr/bin/python3 ] || missing+=(python3)
if [ ${#missing[@]} -gt 0 ]; then
	as_root=()
	[ "$(id -u)" = 0 ] || as_root=(sudo)
	echo "test-programs: installing ${missing[*]}"
	export DEBIAN_FRONTEND=noninteractive
	# No server is to start on its own: the scripts start theirs.
	"${as_root[@]}" apt-get -q update
	"${as_root[@]}" env RUNLEVEL=1 apt-get -q install -y --no-install-recommends "${missing[@]}"
fi
