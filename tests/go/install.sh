#!/bin/bash
# install.sh - get the versions of Go that the tests of this folder are built with: what the
# distribution has by apt, the others as Go's own toolchains, into build/go/toolchains. What
# cannot be had is not tested.
set -u
cd "$(dirname "$0")/../.." || exit 1
into=$PWD/build/go/toolchains
mkdir -p "$into"
release=$(uname -m | sed 's/x86_64/amd64/; s/aarch64/arm64/')
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
	for version in 1.19 1.21 1.22 1.23; do
		[ -d /usr/lib/go-$version ] || ! apt-cache show golang-$version-go >/dev/null 2>&1 ||
			DEBIAN_FRONTEND=noninteractive apt-get -q install -y --no-install-recommends \
				golang-$version-go
	done
fi
command -v go >/dev/null || { echo "no go command" >&2; exit 0; }
for version in 1.21.13 1.22.12 1.23.12; do
	[ ! -e "$into/$version" ] && [ ! -d "/usr/lib/go-${version%.*}" ] || continue
	GOTOOLCHAIN=go$version GOPATH=$PWD/build/go/path GOFLAGS=-modcacherw go version || continue
	ln -sfn "$PWD/build/go/path/pkg/mod/golang.org/toolchain@v0.0.1-go$version.linux-$release" \
		"$into/$version"
done
