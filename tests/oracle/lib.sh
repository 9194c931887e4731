# lib.sh - what the scripts of this folder share, whichever oracle they use: machine_lib.sh and
# source_lib.sh source it. The working directory is the test's own.
# shellcheck shell=bash disable=SC2034 # what the scripts use
set -u
here=$OUTLIVE_ROOT_DIR/tests/oracle
build=$(dirname "$OUTLIVE")
# shellcheck source=tests/lib/verdicts.sh
. "$OUTLIVE_ROOT_DIR/tests/lib/verdicts.sh"
read -ra sanitize <<<"${OUTLIVE_SANITIZE:-}"
[ -e "$build/analyzer.a" ] || { echo "no $build/analyzer.a: make oracle builds it"; exit 1; }
# What failed already, or was wrong on the way.
finish() {
	local status=$?
	[ "$bad" = 0 ] || status=1
	exit "$status"
}
trap finish EXIT

# The oracle's allocator and its hooks.
make_oracle() { # OUTPUT FLAG...
	local out=$1
	shift
	gcc -std=gnu11 -O2 -g -fno-omit-frame-pointer -fno-builtin -fPIC -shared -fvisibility=hidden \
		"$@" -Wl,-soname,"$PWD/$out" -o "$out" "$here/oracle.c" "$here/activations.c" || exit 1
}

# A tool that reads what was recorded, with the analyzer's parts.
make_tool() { # OUTPUT SOURCE.. FLAG..
	local out=$1
	shift
	gcc -std=gnu11 -O2 -g -D_GNU_SOURCE "${sanitize[@]}" -I"$OUTLIVE_ROOT_DIR/include" \
		-I"$OUTLIVE_ROOT_DIR/analyzer" -I"$here" -fno-lto -o "$out" "$@" "$build/analyzer.a" \
		-ldw -lelf -lzstd -liberty -lZydis -lpthread || exit 1
}

# The source of a Debian package, unpacked in ./PACKAGE. Fetched once, with lists of its own
# that leave the system's alone.
fetch() { # PACKAGE
	local store=$OUTLIVE_ROOT_DIR/build/sources suite
	local -a options=(-q -o "Dir::Etc::SourceList=$store/sources.list"
		-o Dir::Etc::SourceParts=/dev/null -o "Dir::State::Lists=$store/lists"
		-o "Dir::Cache=$store/cache" -o APT::Sandbox::User=root)
	suite=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)
	grep -q '^ID=debian' /etc/os-release || suite=bookworm
	mkdir -p "$store"/{lists,cache/archives}/partial
	[ -e "$store/sources.list" ] ||
		echo "deb-src http://deb.debian.org/debian $suite main" >"$store/sources.list"
	(
		flock 9
		cd "$store" || exit 1
		[ -e "$1.whole" ] && exit 0
		[ -n "$(find lists -name '*Sources*' -print -quit)" ] ||
			apt-get "${options[@]}" update
		apt-get "${options[@]}" source --download-only "$1" && touch "$1.whole"
	) 9>"$store/lock" >fetch.out 2>&1
	rm -rf "./$1"
	[ -e "$store/$1.whole" ] &&
		dpkg-source --no-check -x "$store/$1"_*.dsc "$1" >>fetch.out 2>&1 ||
		skip "the source of $1 could not be fetched: $(grep -m 1 '^E:' fetch.out)"
}
