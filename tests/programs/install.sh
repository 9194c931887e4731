#!/bin/bash
# install.sh - the programs of the matrix, from Debian's packages (some 3 GB in all), and one
# that is built here with a library of crates.io; `make test-programs` runs it. What cannot be
# had is printed, and its script is skipped. Go is not among them: Debian's is too old for cgo
# tests of today; a `go` on the PATH is used, otherwise go.sh says it was skipped.
set -eu
cd "$(dirname "$0")/../.."
PATH=$PATH:/usr/sbin
declare -A packages=([sqlite3]=sqlite3 [heaptrack]=heaptrack [valgrind]=valgrind
	[git]=git [perl]=perl [rg]=ripgrep [clang]=clang [redis-server]=redis-server
	[nginx]=nginx-light [node]=nodejs [javac]=default-jdk-headless
	[/usr/lib/postgresql/*/bin/initdb]=postgresql [/usr/bin/python3]=python3
	[firefox-esr]=firefox-esr [chromium]=chromium [/usr/sbin/php-fpm*]=php-fpm
	[/usr/lib/python3/dist-packages/gevent]=python3-gevent [/usr/bin/ruby]=ruby
	[erl]=erlang-base [ghc]=ghc [sbcl]=sbcl [mariadbd]=mariadb-server-core
	[mariadb]=mariadb-client [memcached]=memcached [haproxy]=haproxy
	[/usr/lib/libreoffice/program/libsclo.so]=libreoffice-calc-nogui
	[/usr/lib/libreoffice/program/libswlo.so]=libreoffice-writer-nogui
	[qemu-x86_64]=qemu-user [mono]=mono-runtime [mcs]=mono-mcs [Rscript]=r-base-core
	[emacs]=emacs-nox)
as_root=()
[ "$(id -u)" = 0 ] || as_root=(sudo)
skipped=()

is_there() { # a program, or a path that may be a pattern
	case $1 in
	/*) compgen -G "$1" >/dev/null ;;
	*) command -v "$1" >/dev/null ;;
	esac
}

missing=()
for program in "${!packages[@]}"; do
	is_there "$program" || missing+=("${packages[$program]}")
done
if [ ${#missing[@]} -gt 0 ]; then
	echo "test-programs: installing ${missing[*]}"
	export DEBIAN_FRONTEND=noninteractive
	"${as_root[@]}" apt-get -q update || true
	# One by one: what this release does not have keeps nothing else from being installed.
	# No server is to start on its own: the scripts start theirs.
	for package in "${missing[@]}"; do
		"${as_root[@]}" env RUNLEVEL=1 apt-get -q -o DPkg::Lock::Timeout=600 install -y \
			--no-install-recommends "$package" || skipped+=("$package")
	done
fi

# Its script runs it where no file outside can be changed, so it is built here.
if command -v cargo >/dev/null; then
	cargo build -q --release --manifest-path tests/programs/tokio/Cargo.toml \
		--target-dir build/programs/tokio || skipped+=("tokio (crates.io)")
else
	skipped+=("tokio (no cargo)")
fi
command -v go >/dev/null || skipped+=("go")
[ ${#skipped[@]} = 0 ] || echo "test-programs: not to be had, and skipped: ${skipped[*]}"
