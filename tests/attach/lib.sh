# lib.sh - what the scripts of this folder share. Each starts programs, attaches to them, and holds
# them and the recordings against what is known. Source it; the working directory is the test's own.
# What `start` started is ended at the end.
# shellcheck shell=bash
set -u
here=$OUTLIVE_ROOT_DIR/tests/attach
bad=0
started=()

complain() { # TEXT...
	echo "$*"
	bad=1
}

end_all() {
	local pid
	[ -z "${feed:-}" ] || exec {feed}>&-
	for pid in "${started[@]}"; do
		kill -CONT "$pid" 2>/dev/null
		kill -KILL "$pid" 2>/dev/null
		wait "$pid" 2>/dev/null
	done
	exit $bad
}
trap end_all EXIT

build() { # NAME [FLAG...]: of NAME.c
	local name=$1
	shift
	gcc -O2 -g -pthread -o "$name" "$here/$name.c" "$@" || exit 1
}

# Start COMMAND, which reads what `tell` writes, and prints to ./output. Its pid is $pid.
start() { # COMMAND...
	rm -f in
	mkfifo in
	"$@" <in >output 2>errors &
	pid=$!
	started+=("$pid")
	exec {feed}>in
	sleep 0.2
}

tell() { # LINE
	echo "$1" >&"$feed"
}

# End the program by the end of its input; it says itself whether anything was wrong.
finish() { # WHAT
	exec {feed}>&-
	wait "$pid" || complain "$1: status $?: $(tail -n 2 output errors)"
	! grep -q 'wrong [^0]' output || complain "$1: $(tail -n 1 output)"
}

# Whether `outlive ps` has it, as attached to.
is_listed() {
	[ "$("$OUTLIVE" ps --no-titles 2>/dev/null | awk -v pid="$pid" '$1 == pid { print $2 }')" = attach ]
}

# Attach for a time, with more options. Complains unless it works.
attach() { # TIME OPTION...
	local for=$1
	shift
	timeout 120 "$OUTLIVE" attach -q --for "$for" -o t.outlive "$@" "$pid" 2>attached ||
		complain "attach: status $?: $(cat attached)"
}

# A refusal: status 3, one line that has TEXT; the process is as before. $mask, of sed, is for what
# it prints. (Not for a pipe: what it complains of would be lost.)
refused() { # TEXT [OPTION...]
	local text=$1 before after status
	shift
	# On a busy machine it may still be starting.
	before=0
	while [ "$before" != "$(wc -l <"/proc/$pid/maps")" ]; do
		before=$(wc -l <"/proc/$pid/maps")
		sleep 0.1
	done
	timeout 60 "$OUTLIVE" attach -q --for 1s -o r.outlive "$@" "$pid" 2>refusal
	status=$?
	after=$(wc -l <"/proc/$pid/maps")
	if [ $status != 3 ]; then complain "'$text': status $status: $(cat refusal)"; fi
	[ "$(wc -l <refusal)" = 1 ] || complain "'$text': $(cat refusal)"
	grep -qF -- "$text" refusal || complain "no '$text': $(cat refusal)"
	[ "$before" = "$after" ] || complain "'$text': $before mappings became $after"
	[ ! -e r.outlive ] || complain "'$text': a trace was left"
	sed "s/$pid/PID/g; ${mask:-}" refusal
}
