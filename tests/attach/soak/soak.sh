#!/bin/bash
# soak.sh - attaches to programs under load and lets them go again, very many times. Each program
# checks itself: sums, answers of requests, its exit status. Prints a line for each, and what failed;
# the exit status is 0 if nothing did. `make attach-soak CYCLES=1000`; programs that are not there are
# named and left out (install.sh has them from Debian).
#
# CYCLES: of all programs together. TARGETS: some of them. KEEP: a file that gets a line for each cycle.
# shellcheck source=tests/attach/lib.sh disable=SC2154
OUTLIVE_ROOT_DIR=${OUTLIVE_ROOT_DIR:-$(cd "$(dirname "$0")/../../.." && pwd)}
OUTLIVE=${OUTLIVE:-${OUTLIVE_BUILD:-$OUTLIVE_ROOT_DIR/build}/outlive}
work=$(mktemp -d "${TMPDIR:-/tmp}/outlive-soak.XXXXXX") && cd "$work" || exit 1
. "$OUTLIVE_ROOT_DIR/tests/attach/lib.sh"
trap 'cd /; rm -rf "$work"; end_all' EXIT
trap 'exit 1' INT TERM
here=$OUTLIVE_ROOT_DIR/tests/attach
PATH=$PATH:/usr/sbin
for directory in /usr/lib/postgresql/*/bin; do PATH=$PATH:$directory; done
has() { command -v "$1" >/dev/null; }

# For each program: NAME_begin starts it, and its load, and sets $pids, the processes to attach to in
# turn (77: it is not here); NAME_end ends it, and complains unless all was right.
# shellcheck source=tests/attach/soak/servers.sh
. "$here/soak/servers.sh"
# shellcheck source=tests/attach/soak/programs.sh
. "$here/soak/programs.sh"

# Options of one cycle: the usual ones, and now and then others.
options_of() { # CYCLE
	case $(($1 % 7)) in
	2) echo --sample 64K ;;
	4) echo --flight --ring 4M ;;
	5) echo --frames plain ;;
	esac
}

# Memory of its own: a server's shared buffers grow by being used.
rss_of() { awk '/^RssAnon/ { print $2 }' "/proc/$1/status" 2>/dev/null || echo 0; }

# One cycle: by --for, or ended by `outlive detach`.
cycle() { # TARGET CYCLE
	local status begun=${EPOCHREALTIME/./} other
	local -a options
	read -ra options <<<"$(options_of "$2")"
	rm -f s.outlive
	if (($2 % 3)); then
		timeout 60 "$OUTLIVE" attach -q --for "$((20 + RANDOM % 80))ms" -o s.outlive "${options[@]}" "$pid" >said 2>&1
		status=$?
	else
		timeout 60 "$OUTLIVE" attach -q -o s.outlive "${options[@]}" "$pid" >said 2>&1 &
		other=$!
		while kill -0 $other 2>/dev/null && ! is_listed; do sleep 0.02; done
		timeout 60 "$OUTLIVE" detach -q --wait 0s "$pid" >>said 2>&1
		wait $other
		status=$?
	fi
	echo "$1 $2 $pid $status $((${EPOCHREALTIME/./} - begun)) $(rss_of "$pid")" >>cycles
	return $status
}

# Status 3 is a refusal: the process was not touched, and the next cycle tries again.
cycles_of() { # TARGET COUNT
	local i status
	refused=0 failed=0 events=0
	for ((i = 0; i < $2; i++)); do
		pid=${pids[i % ${#pids[@]}]}
		cycle "$1" "$i"
		status=$?
		case $status in
		0) events=$((events + $("$OUTLIVE" info -f json s.outlive | jq '.processes[0].events'))) ;;
		3) refused=$((refused + 1)); sed "s/^/	$1, cycle $i: /" said ;;
		*) failed=$((failed + 1)); echo "	$1, cycle $i: status $status: $(tail -n 2 said)" ;;
		esac
		kill -0 "$pid" 2>/dev/null || { complain "	$1: dead after $((i + 1)) cycles"; failed=$((failed + 1)); return; }
	done
	[ "$events" -gt 0 ] || [ "$1" = states ] || complain "	$1: nothing was recorded"
}

# Mean RSS of the first and of the last tenth; the very first attach brings the library.
steady() { # TARGET
	awk -v target="$1" '$1 == target && $6 > 0 { rss[$3, n[$3]++] = $6 }
		END { for (pid in n) { part = int(n[pid] / 10); if (part < 1) part = 1
			a = b = 0
			for (i = 1; i <= part; i++) a += rss[pid, i] + 0
			for (i = n[pid] - part; i < n[pid]; i++) b += rss[pid, i] + 0
			if (n[pid] > 2) { first += a / part; last += b / part } }
		printf "%d %d", first, last }' cycles
}

one() { # TARGET CYCLES
	local refused failed events rss_first rss_last was=$bad growth=10
	bad=0
	pids=()
	mkdir -p "$1" && chmod 755 . "$1"
	"$1_begin"
	[ $? != 77 ] || { echo "$1: not here, left out"; bad=$was; return; }
	cycles_of "$1" "$2"
	read -r rss_first rss_last <<<"$(steady "$1")"
	checked=""
	"$1_end"
	[ "$failed" = 0 ] || bad=1
	# By themselves, with nobody attached, these two have grown by 36 and 53 % in the same minute.
	case $1 in java | node) growth=60 ;; esac
	[ "$rss_last" -le $((rss_first + rss_first * growth / 100 + 2048)) ] || [ "$2" -lt 20 ] ||
		complain "	$1: RSS $rss_first KiB, then $rss_last"
	printf '%s\t%d cycles\t%d failed\t%d refused\t%d events\tRSS %d, then %d KiB\t%s\t%s\n' "$1" "$2" "$failed" \
		"$refused" "$events" "$rss_first" "$rss_last" "$([ $bad = 0 ] && echo right || echo WRONG)" "$checked"
	bad=$((bad | was))
}

all="redis crowd threads alone churn states jumps signals children nginx postgres python node java go"
read -ra targets <<<"${TARGETS:-$all}"
each=$(((${CYCLES:-1000} + ${#targets[@]} - 1) / ${#targets[@]}))
: >cycles
for target in "${targets[@]}"; do one "$target" "$each"; done
[ -z "${KEEP:-}" ] || cat cycles >>"$KEEP"
[ $bad = 0 ] && echo "all is right"
