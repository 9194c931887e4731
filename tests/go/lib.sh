# lib.sh - what the scripts of this folder share: the Go versions that are there, and programs
# built by them. Source it; the working directory is the test's own.
# shellcheck shell=bash disable=SC2034 # here, GO_VERSIONS
set -u
here=$OUTLIVE_ROOT_DIR/tests/go
# shellcheck source=tests/lib/verdicts.sh
. "$OUTLIVE_ROOT_DIR/tests/lib/verdicts.sh"
# shellcheck source=tests/lib/go_cache.sh
. "$OUTLIVE_ROOT_DIR/tests/lib/go_cache.sh"
trap 'exit $bad' EXIT
export HOME=$PWD GOPATH=$PWD/path

# Call COMMAND for each Go that is there, with $GO and its version ("1.26") in $version: `go`
# itself, those of Debian's packages golang-1.NN, and those named in OUTLIVE_GO ("PATH.."). A
# version that is there twice counts once. A line names each of $GO_VERSIONS that is missing. Those
# between the oldest and `go` itself are left out without WHOLE=1, unless the test says versions=all.
GO_VERSIONS="1.19 1.21 1.22 1.23 1.26"
is_between() { [ -z "${WHOLE:-}" ] && [[ " 1.21 1.22 1.23 " == *" $version "* ]] && [ "$GO" != go ]; }
each_go() { # COMMAND...
	local seen=" "
	for GO in go /usr/lib/go-1.*/bin/go ${OUTLIVE_GO:-}; do
		version=$("$GO" version 2>/dev/null | sed -nE 's/.* go(1\.[0-9]+).*/\1/p')
		[ -n "$version" ] && [[ $seen != *" $version "* ]] || continue
		seen+="$version "
		[ "${versions:-}" = all ] || ! is_between || continue
		"$@"
	done
	[ "$seen" != " " ] || skip "no Go is installed; make exact installs it"
	for version in $GO_VERSIONS; do
		[[ $seen == *" $version "* ]] || echo "go $version is not here (golang-$version-go)"
	done
}

# The tool that prints what the analyzer says of addresses (names.c).
make_names() {
	local build
	local -a sanitize
	build=$(dirname "$OUTLIVE")
	[ -e "$build/analyzer.a" ] || { echo "no $build/analyzer.a: make $build/analyzer.a"; bad=1; exit; }
	read -ra sanitize <<<"${OUTLIVE_SANITIZE:-}"
	gcc -std=gnu11 -O2 -g -D_GNU_SOURCE "${sanitize[@]}" -I"$OUTLIVE_ROOT_DIR/include" \
		-I"$OUTLIVE_ROOT_DIR/analyzer" -o names "$here/names.c" -fno-lto "$build/analyzer.a" \
		-ldw -lelf -lzstd -liberty -lZydis -lpthread || { bad=1; exit; }
}

# Copy a program of this folder, and make it a module, into the directory NAME.
source_of() { # NAME
	cp -r "$here/$1" "$1" && printf 'module example/%s\n\ngo 1.18\n' "$1" >"$1/go.mod"
}
