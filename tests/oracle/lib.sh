# lib.sh - what the scripts of this folder share. Each builds a program with hooks in all
# its functions and with the oracle's allocator, records it, and holds the two against each
# other, block by block. Source it; the working directory is the test's own.
# shellcheck shell=bash disable=SC2034,SC2054 # arrays that the scripts use; -Wl,
set -u
here=$OUTLIVE_ROOT_DIR/tests/oracle
build=$(dirname "$OUTLIVE")
# shellcheck source=tests/lib/verdicts.sh
. "$OUTLIVE_ROOT_DIR/tests/lib/verdicts.sh"
# What failed already, or was wrong on the way.
trap 'status=$?; [ $bad = 0 ] || status=1; exit $status' EXIT

# Frame pointers tell the oracle's activations apart; with unwind tables for C as well,
# the hook at a function's end runs when an exception or pthread_exit passes it.
hook_flags=(-g -O0 -finstrument-functions -fno-omit-frame-pointer -fexceptions
	-fno-builtin-malloc -fno-builtin-free -fno-builtin-strdup -fno-ipa-cp -w)
# Before libc, so that liboutlive.so finds the oracle behind itself.
oracle_libs=(-Wl,--no-as-needed "$PWD/liboracle.so" -Wl,--as-needed)

gcc -std=gnu11 -O2 -g -fno-omit-frame-pointer -fno-builtin -fPIC -shared -fvisibility=hidden \
	-Wl,-soname,"$PWD/liboracle.so" -o liboracle.so "$here/oracle.c" "$here/activations.c" ||
	exit 1
[ -e "$build/analyzer.a" ] || { echo "no $build/analyzer.a: make oracle builds it"; exit 1; }
read -ra sanitize <<<"${OUTLIVE_SANITIZE:-}"
gcc -std=gnu11 -O2 -g -D_GNU_SOURCE "${sanitize[@]}" -I"$OUTLIVE_ROOT_DIR/include" \
	-I"$OUTLIVE_ROOT_DIR/analyzer" -I"$here" -o compare \
	"$here"/{compare,hooked_stack,replay_tap}.c "$build/analyzer.a" \
	-Wl,--wrap=live_table_remove,--wrap=block_lives_end,--wrap=path_life_end \
	-ldw -lelf -lzstd -liberty -lZydis -lpthread || exit 1

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

# Record COMMAND with run_options: NAME.outlive, and NAME.log of the oracle.
record() { # NAME COMMAND...
	local name=$1
	shift
	rm -f "$name".{log,outlive}
	ORACLE_LOG=$PWD/$name.log "$OUTLIVE" run -q "${run_options[@]}" -o "$name.outlive" -- "$@" \
		>"$name.with" 2>"$name.with.err" </dev/null
}
run_options=()

# Run COMMAND, whose program has the hooks, without and with outlive; compare its output,
# then every block. NAME names the files.
watch() { # NAME COMMAND...
	local name=$1 status with_status
	shift
	"$@" >"$name.bare" 2>"$name.bare.err" </dev/null
	status=$?
	record "$name" "$@"
	with_status=$?
	[ $status = $with_status ] || complain "$name: exit status $status became $with_status:" \
		"$(tail -n 3 "$name.with.err")"
	cmp "$name.bare" "$name.with" || complain "$name: stdout differs"
	nm -n --defined-only "$1" >"$name.symbols"
	echo "== $name: status $status, $(wc -c <"$name.with") bytes of output"
	./compare "$name.outlive" "$name.log" "$name.symbols" || complain "$name: see above"
	rm -f "$name".{log,outlive,bare,with}
}
