# machine_lib.sh - the oracle of machine frames. Each script builds a program with hooks in all
# its functions and with the oracle's allocator, records it, and holds the two against each
# other, block by block. Source it; the working directory is the test's own.
# shellcheck shell=bash disable=SC2034,SC2054 # arrays that the scripts use; -Wl,
. "$OUTLIVE_ROOT_DIR/tests/oracle/lib.sh"

# Frame pointers tell the oracle's activations apart; with unwind tables for C as well,
# the hook at a function's end runs when an exception or pthread_exit passes it.
hook_flags=(-g -O0 -finstrument-functions -fno-omit-frame-pointer -fexceptions
	-fno-builtin-malloc -fno-builtin-free -fno-builtin-strdup -fno-ipa-cp -w)
# Before libc, so that liboutlive.so finds the oracle behind itself.
oracle_libs=(-Wl,--no-as-needed "$PWD/liboracle.so" -Wl,--as-needed)

make_oracle liboracle.so
make_tool compare "$here"/{compare,hooked_stack,replay_tap}.c \
	-Wl,--wrap=live_table_remove,--wrap=block_lives_end,--wrap=path_life_end

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
