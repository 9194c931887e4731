#!/bin/bash
# test_faults.sh - programs of Go that end by a crash in C, a panic or a fatal error (faults/main.go):
# the report says so, with the path to main.main; status and what the program prints are as without.
# shellcheck source=tests/go/recorded.sh disable=SC2154,SC2034 # version, way: lib.sh, recorded.sh
. "$OUTLIVE_ROOT_DIR/tests/go/recorded.sh"
ulimit -c 0

# FILE: what the program printed, without addresses and numbers of threads; not the report behind it.
plain() {
	sed -E '/ in .* at .*(thread|goroutine) [0-9]+/d; s/0x[0-9a-f]+\??/ADDRESS/g; s/\bm=[0-9]+/m=N/; s/goroutine [0-9]+ .*/goroutine/' "$1" |
		grep -E '^(SIG|PC=|signal|panic|fatal|\[signal|main\.)' | sort
}

# CASE FAULTS: run it; .faults must be what the expression of jq says.
check() {
	way="$version $1 ${GOTRACEBACK:-}"
	rm -f t.outlive
	record t.outlive ./faults.out "$1"
	# if a core is wanted, all threads print their stacks at the same time
	[ -n "${GOTRACEBACK:-}" ] || cmp -s <(plain bare.err) <(plain recorded.err) ||
		complain "$way: it prints other things: $(diff <(plain bare.err) <(plain recorded.err))"
	expect "faults" ".faults | length == $2" '.faults'
	[ "$2" = 0 ] || expect "what" ".faults[0] | $3" '.faults[0] | del(.repeats) |
		.path = [.path[].function]'
}

# Frames of the names in this order, and the last is the outermost.
# shellcheck disable=SC2016 # for jq
through='def through(names): [.path[].function] as $path |
	([names[] as $n | $path | index($n)] | . == sort and all(. != null)) and $path[-1] == names[-1];'
crash="$through"' .signal_name == "SIGSEGV" and .cause == "access" and .handled and .address == 0 and
	.at.function == "crashes"'

ways() {
	go_build faults faults.out || return
	check c 1 "$crash"' and .goroutine == 1 and
		through(["crashes", "main.crashesInC", "main.main", "runtime.goexit"])'
	check goroutine 1 "$crash"' and .goroutine > 1 and
		through(["crashes", "main.crashesInC", "runtime.goexit"])'
	check callback 1 "$crash"' and .goroutine == 1 and through(["crashes", "main.crashesInC",
		"calledBack", "main.main", "runtime.goexit"])'
	# no goroutine, and so no handler of Go's: the signal kills
	check thread 1 "$through"' .signal_name == "SIGSEGV" and (.handled | not) and
		.at.function == "crashes" and .goroutine == 0 and ([.path[].function] | index("of_thread"))'
	check nil 1 "$through"' .signal_name == "SIGSEGV" and .cause == "go_panic" and .goroutine == 1 and
		.at.function == "main.reads" and through(["runtime.gopanic", "main.reads", "main.main",
		"runtime.goexit"])'
	check recovered 0
	check panic 1 "$through"' .signal == 0 and .cause == "go_panic" and .goroutine > 1 and
		through(["runtime.gopanic", "main.panics", "runtime.goexit"])'
	check recovered-panic 1 "$through"' .signal == 0 and .cause == "go_panic" and
		through(["runtime.gopanic", "main.panics", "main.main", "runtime.goexit"])'
	check panic-back 1 "$through"' .signal == 0 and .cause == "go_panic" and
		through(["runtime.gopanic", "main.panics", "main.main", "runtime.goexit"])'
	check deferred 0
	expect "a call that a panic has passed is not taken for one further out" 'blocks(80) == 2 and
		.lost.stacks_cut == 0 and ([of(80)[] | .frames + .outer_frames | map(.function) |
		[index("main.deferred"), index("main.panicsBack"), index("main.defers"), index("call_defers"),
		index("main.recoversBeyond"), index("runtime.goexit")] | . == sort and all(. != null)] | all)' \
		'.lost.cuts, (of(80)[] | .frames + .outer_frames | map(.function))'
	check fatal 1 "$through"' .signal == 0 and .cause == "go_fatal_error" and
		through(["main.unlocks", "main.main", "runtime.goexit"])'
	"$OUTLIVE" report t.outlive | grep -q '^fatal error in .*unlockSlow at .*, goroutine 1$' ||
		complain "$way: $("$OUTLIVE" report t.outlive | head -n 4)"
	check signals 0
	expect "a signal of C's that interrupts Go is no fault, and its stack ends there" \
		'blocks(79) >= 3 and .lost.cuts.go_signal > 0 and .lost.cuts.go_signal == .lost.stacks_cut' .lost
	check exit 0
	expect "finished" '.process.finished' '.process.finished'
	# a core is wanted: by SIGABRT, which up to 1.21 comes when the handler has returned
	[[ $version =~ ^1\.(19|21)$ ]] || GOTRACEBACK=crash check c 1 "$crash"' and
		through(["crashes", "main.crashesInC", "main.main", "runtime.goexit"])'
	# then a panic ends by SIGABRT, too, but Go's own code, which would say so, is passed by
	GOTRACEBACK=crash check panic 0
	# the program's code is left alone, so nothing is known of how Go ended it; it ends the same
	run_options="--go-heap 0"
	check c 0
	check panic 0
	check exit 0
	run_options=
}
each_go ways
