#!/bin/bash
# bench.sh [CASE]... - what recording costs beside heaptrack, in the same run: bare,
# outlive and heaptrack alternate ROUNDS times (5), medians are compared. One JSON line
# per case on stdout. Cases: pairs turns go sqlite3 python3 cc1plus report segments
# sampling sample; without, all.
#
#   *_ns                 nanoseconds per malloc+free pair, wall, of the slowest thread
#   turns                nanoseconds of user time per turn of a coroutine that makes and frees
#                        a block; pair_ns: of a recorded pair without coroutines.
#                        over_bound: outlive_ns over 2 bare_ns + pair_ns
#   *_s                  wall seconds of the recorded program alone
#   *_total_s            wall seconds of the whole command, symbols and all
#   *_bytes_per_event    of the compressed file; events are outlive's count for both
#   heaptrack            its libheaptrack_preload.so, heaptrack_interpret and zstd, started
#                        as the script /usr/bin/heaptrack starts them; for cc1plus without
#                        the interpreter (--raw), which takes 19 GB there
set -u
cd "$(dirname "$0")/../.." || exit 2
if [ -z "${OUTLIVE_CONFINED:-}" ]; then
	export OUTLIVE_CONFINED=yes
	exec bash tests/run/confined.sh /tmp "${TMPDIR:-/tmp}" /dev/shm -- bash tests/bench/bench.sh "$@"
fi
root=$PWD
outlive=$root/build/outlive
heaptrack=/usr/lib/heaptrack
rounds=${ROUNDS:-5}
# shellcheck source=tests/lib/workloads.sh
. tests/lib/workloads.sh

work=$(mktemp -d "${TMPDIR:-/tmp}/outlive-bench.XXXXXX") || exit 2
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 2
gcc -O2 -g -pthread -D_GNU_SOURCE -o pairs "$root/tests/bench/pairs.c" || exit 2
gcc -O2 -g -D_GNU_SOURCE -I"$root/tests/exact/lib" -o turns "$root/tests/bench/turns.c" || exit 2
gcc -O2 -D_GNU_SOURCE -o measure "$root/tests/bench/measure.c" || exit 2
has_heaptrack=0
[ -e $heaptrack/libheaptrack_preload.so ] && has_heaptrack=1
[ $has_heaptrack = 1 ] ||
	echo "bench: no heaptrack to compare with; apt-get install heaptrack" >&2

median() { # FILE [COLUMN]
	awk -v column="${2:-1}" '{ print $column }' "$1" 2>/dev/null | sort -n |
		awk '{ v[NR] = $1 } END { if (NR) print (v[int((NR + 1) / 2)] + v[int(NR / 2) + 1]) / 2
			else print "null" }'
}

json() { # KEY VALUE...: strings are those that do not look like numbers
	local line="" key value
	while [ $# -gt 1 ]; do
		key=$1 value=$2
		shift 2
		[[ $value =~ ^-?[0-9.]+$ || $value = null ]] || value="\"$value\""
		line+="${line:+, }\"$key\": $value"
	done
	echo "{$line}"
}

ratio() { # A B
	awk -v a="$1" -v b="$2" 'BEGIN { if (a == "null" || b == "null" || b == 0) print "null"
		else printf "%.3f\n", a / b }'
}

# Run COMMAND under heaptrack's library; its wall time goes to MEASURED, its file to OUT.
under_heaptrack() { # OUT MEASURED COMMAND...
	local out=$1 measured=$2 status interpreter
	shift 2
	rm -f fifo; mkfifo fifo
	if [ "${raw:-0}" = 1 ]; then
		zstd -q -c <fifo >"$out" &
	else
		$heaptrack/libexec/heaptrack_interpret <fifo 2>/dev/null | zstd -q -c >"$out" &
	fi
	interpreter=$!
	./measure "$measured" LD_PRELOAD=$heaptrack/libheaptrack_preload.so \
		DUMP_HEAPTRACK_OUTPUT="$work/fifo" "$@"
	status=$?
	wait $interpreter
	return $status
}

# The wall time of the program alone is taken by a `measure` inside the recording, the
# total by one around it.
under_outlive() { # TRACE MEASURED TOTAL COMMAND...
	local trace=$1 measured=$2 total=$3
	shift 3
	./measure "$total" "$outlive" run -q -o "$trace" -- ./measure "$measured" "$@" 2>err ||
		{ cat err >&2; return 1; }
	grep -q warning err && cat err >&2
	sed -n 's/^outlive: \([0-9,]*\) events of .*/\1/p' err | tr -d , >"$trace.events"
}

# What `outlive run` printed that it recorded, of all processes; kept beside the trace.
events_of() { # TRACE
	cat "$1.events" 2>/dev/null || echo null
}

bench_pairs() { # DEPTH THREADS [rebuild]
	local depth=$1 threads=$2 mode=${3:-} pairs=1000000 events i
	[ "$threads" = 8 ] && pairs=200000
	[ -n "$mode" ] && pairs=200000
	rm -f bare ours theirs t.outlive h.zst
	for ((i = 0; i < rounds; i++)); do
		./pairs "$depth" "$threads" $pairs $mode >>bare
		"$outlive" run -q -o t.outlive -- ./pairs "$depth" "$threads" $pairs $mode \
			>>ours 2>err || cat err >&2
		[ $has_heaptrack = 0 ] || under_heaptrack h.zst total ./pairs "$depth" "$threads" \
			$pairs $mode >>theirs
	done
	events=$((pairs * threads * 2))
	json case "pairs${mode:+ $mode}" depth "$depth" threads "$threads" \
		bare_ns "$(median bare)" outlive_ns "$(median ours)" \
		heaptrack_ns "$(median theirs)" \
		outlive_over_heaptrack "$(ratio "$(median ours)" "$(median theirs)")" \
		outlive_bytes_per_event "$(ratio "$(stat -c %s t.outlive)" $events)" \
		heaptrack_bytes_per_event "$(ratio "$(stat -c %s h.zst 2>/dev/null ||
			echo null)" $events)" rounds "$rounds"
}

bench_turns() { # STACKS
	local stacks=$1 turns=1000000 i bound
	rm -f bare ours pair
	for ((i = 0; i < 2 * rounds; i++)); do
		./turns "$stacks" $turns >>bare
		"$outlive" run -q -o t.outlive -- ./turns "$stacks" $turns >>ours 2>err || cat err >&2
		"$outlive" run -q -o t.outlive -- ./turns 0 $turns >>pair 2>err || cat err >&2
	done
	bound=$(awk -v b="$(median bare)" -v p="$(median pair)" 'BEGIN { print 2 * b + p }')
	json case turns stacks "$stacks" bare_ns "$(median bare)" outlive_ns "$(median ours)" \
		pair_ns "$(median pair)" outlive_over_bare "$(ratio "$(median ours)" "$(median bare)")" \
		outlive_over_bound "$(ratio "$(median ours)" "$bound")" rounds $((2 * rounds))
}

bench_program() { # NAME COMMAND...
	local name=$1 events i
	shift
	rm -f bare ours ours_total theirs t.outlive h.zst
	"$@" >/dev/null 2>&1 # the page cache is warm for all
	for ((i = 0; i < rounds; i++)); do
		./measure bare "$@" >/dev/null 2>&1
		under_outlive t.outlive ours ours_total "$@" >/dev/null
		[ $has_heaptrack = 0 ] || under_heaptrack h.zst theirs "$@" >/dev/null 2>&1
	done
	events=$(events_of t.outlive)
	json case "$name" bare_s "$(median bare)" outlive_s "$(median ours)" \
		outlive_total_s "$(median ours_total)" heaptrack_s "$(median theirs)" \
		outlive_over_bare "$(ratio "$(median ours)" "$(median bare)")" \
		heaptrack_over_bare "$(ratio "$(median theirs)" "$(median bare)")" \
		outlive_over_heaptrack "$(ratio "$(median ours)" "$(median theirs)")" \
		events "$events" \
		outlive_bytes_per_event "$(ratio "$(stat -c %s t.outlive)" "$events")" \
		heaptrack_bytes_per_event "$(ratio "$(stat -c %s h.zst 2>/dev/null ||
			echo null)" "$events")" rounds "$rounds"
	cp t.outlive "$name.outlive"
	cp t.outlive.events "$name.outlive.events"
	cp h.zst "$name.heaptrack.zst" 2>/dev/null
}

bench_report() { # NAME: of $NAME.outlive
	local name=$1 events i
	[ -e "$name.outlive" ] || return
	rm -f ours theirs
	for ((i = 0; i < rounds; i++)); do
		./measure ours "$outlive" report "$name.outlive" >/dev/null || return
		if [ $has_heaptrack = 1 ] && [ "$name" != cc1plus ] && [ -e "$name.heaptrack.zst" ]; then
			./measure theirs heaptrack_print -f "$name.heaptrack.zst" >/dev/null
		fi
	done
	events=$(events_of "$name.outlive")
	json case "report $name" events "$events" outlive_s "$(median ours)" \
		outlive_events_per_s "$(awk -v e="$events" -v s="$(median ours)" \
			'BEGIN { printf "%d", e / s }')" \
		outlive_rss_kib "$(median ours 4)" heaptrack_s "$(median theirs)" \
		heaptrack_rss_kib "$(median theirs 4)" rounds "$rounds"
}

# 100 million events: memory must not grow with them.
bench_report_long() {
	under_outlive long.outlive ignored ignored ./pairs 30 1 50000000 >/dev/null
	rounds=1 bench_report long
}

# A snapshot of a process beside reading its smaps with read(2), in turns; first: with all that
# is found out about its files, again: as --watch and samples do.
bench_segments() { # MAPPINGS
	local mappings smaps first again start seconds
	gcc -O2 -D_GNU_SOURCE -I"$root/include" -I"$root/analyzer" -o segments \
		"$root/tests/bench/bench_segments.c" -fno-lto "$root/build/analyzer.a" \
		-ldw -lelf -lzstd -liberty -lpthread || return
	read -r mappings smaps first again < <(./segments "$1" 51)
	./segments "$1" wait >child &
	start=$!
	until [ -s child ]; do sleep 0.05; done
	./measure seconds "$outlive" segments -f csv "$(cat child)" >/dev/null
	kill "$start"
	seconds=$(median seconds)
	rm -f seconds child
	json case segments mappings "$mappings" smaps_ns "$smaps" first_ns "$first" again_ns "$again" \
		first_over_smaps "$(ratio "$first" "$smaps")" \
		again_over_smaps "$(ratio "$again" "$smaps")" command_s "$seconds" rounds 51
}

# What looking at the segments of a process costs while it is recorded: with and without, in
# turns. Wall time of the program, and CPU time of it and of `outlive run` together.
bench_sampling() { # NAME COMMAND...
	local name=$1 i every
	shift
	rm -f with without with_total without_total
	for ((i = 0; i < 2 * rounds; i++)); do
		every=$((i % 2 * 100))
		./measure total "$outlive" run -q --segments-every $every -o t.outlive -- \
			./measure wall "$@" >/dev/null 2>&1
		if [ $every = 0 ]; then
			cat wall >>without
			awk '{ print $2 + $3 }' total >>without_total
		else
			cat wall >>with
			awk '{ print $2 + $3 }' total >>with_total
		fi
		rm -f wall total
	done
	json case "sampling $name" without_s "$(median without)" with_s "$(median with)" \
		with_over_without "$(ratio "$(median with)" "$(median without)")" \
		without_cpu_s "$(median without_total)" with_cpu_s "$(median with_total)" \
		cpu_with_over_without "$(ratio "$(median with_total)" "$(median without_total)")" \
		rounds "$rounds"
}

# What a sample costs that is left on: --sample beside bare, and bare beside bare, in turns. Nanoseconds
# per pair, most of which are not sampled.
bench_sample_pairs() { # THREADS
	local threads=$1 pairs=5000000 i
	rm -f bare again ours
	for ((i = 0; i < 3 * rounds; i++)); do
		./pairs 5 "$threads" $pairs >>bare
		"$outlive" run -q --sample 512K -o t.outlive -- ./pairs 5 "$threads" $pairs >>ours 2>err ||
			cat err >&2
		./pairs 5 "$threads" $pairs >>again
	done
	json case "sample pairs" threads "$threads" bare_ns "$(median bare)" \
		bare_again_ns "$(median again)" sample_ns "$(median ours)" \
		added_ns "$(awk -v a="$(median ours)" -v b="$(median bare)" 'BEGIN { printf "%.2f", a - b }')" \
		rounds $((3 * rounds))
}

# The same of a program: the medians of the ratios of neighbours.
bench_sample_program() { # NAME COMMAND...
	local name=$1 i
	shift
	rm -f bare again ours total
	"$@" >/dev/null 2>&1
	for ((i = 0; i < 3 * rounds; i++)); do
		./measure bare "$@" >/dev/null 2>&1
		./measure total "$outlive" run -q --sample 512K -o t.outlive -- ./measure ours "$@" \
			>/dev/null 2>&1
		./measure again "$@" >/dev/null 2>&1
	done
	pairwise() { # FILE
		paste "$1" bare | awk '{ print $1 / $5 }' >ratios
		median ratios
	}
	json case "sample $name" bare_s "$(median bare)" sample_s "$(median ours)" \
		sample_over_bare "$(pairwise ours)" bare_again_over_bare "$(pairwise again)" \
		rounds $((3 * rounds))
}

# A server and its benchmark, in one.
make_redis() { # FILE
	cat >"$1" <<'END'
#!/bin/sh
redis-server --port 0 --unixsocket ./redis.sock --save '' >/dev/null &
until redis-cli -s ./redis.sock ping >/dev/null 2>&1; do sleep 0.01; done
redis-benchmark -s ./redis.sock -n 400000 -P 16 -t set,get,lpush,hset -q >/dev/null
redis-cli -s ./redis.sock shutdown nosave
wait
END
	chmod +x "$1"
}

make_sql script.sql
make_python script.py
make_cpp script.cpp && g++ -std=c++20 -E script.cpp -o script.ii || exit 2
cc1plus=$(g++ -print-prog-name=cc1plus)

# Pairs that Go makes by cgo (go/main.go); not for heaptrack, which ends where Go calls C. Beside them
# the same with a recorder whose stacks end there, too, if make bench-go has built it: in turns, the
# least of all. over_cut: how much a pair under 10 frames costs above a cut one; per_frame: a further
# frame; inside_over_plain: a pair of C in one call from Go above one in a thread of C.
bench_go() {
	local bare cut i
	local no_go=$root/build/no-go/outlive
	rm -f recorded no-go
	command -v go >/dev/null || { echo "bench: no go" >&2; return; }
	cp -r "$root/tests/bench/go" go && printf 'module example/pairs\n\ngo 1.18\n' >go/go.mod
	(cd go && HOME=$work GOCACHE=$work/go-cache GOFLAGS=-mod=mod GOTOOLCHAIN=local \
		CGO_ENABLED=1 go build -o ../go-pairs .) || return
	read -ra bare < <(./go-pairs 60 2000)
	for ((i = 0; i < rounds; i++)); do
		"$outlive" run -q -o go.outlive -- ./go-pairs 60 2000 >>recorded 2>/dev/null
		[ ! -x "$no_go" ] || "$no_go" run -q -o go.outlive -- ./go-pairs 60 2000 >>no-go 2>/dev/null
	done
	least() { # FILE COLUMN
		awk -v c="$2" 'NR == 1 || $c < least { least = $c } END { print NR ? least : "null" }' "$1"
	}
	cut=null
	[ ! -e no-go ] || cut=$(least no-go 1)
	less() { # A B [DIVISOR]
		awk -v a="$1" -v b="$2" -v d="${3:-1}" 'BEGIN { print a == "null" || b == "null" ? "null" : (a - b) / d }'
	}
	json case go frames_10_bare_ns "${bare[0]}" frames_10_outlive_ns "$(least recorded 1)" \
		frames_20_outlive_ns "$(least recorded 2)" frames_40_outlive_ns "$(least recorded 3)" \
		cut_outlive_ns "$cut" over_cut_ns "$(less "$(least recorded 1)" "$cut")" \
		per_frame_ns "$(less "$(least recorded 3)" "$(least recorded 1)" 30)" \
		inside_c_outlive_ns "$(least recorded 4)" plain_c_outlive_ns "$(least recorded 5)" \
		inside_over_plain_ns "$(less "$(least recorded 4)" "$(least recorded 5)")" rounds "$rounds"
}

cases=("$@")
[ ${#cases[@]} -gt 0 ] || cases=(pairs turns go sqlite3 python3 cc1plus report segments sampling sample)
for case in "${cases[@]}"; do
	case $case in
	pairs)
		for threads in 1 2 8; do
			for depth in 5 30 200; do
				bench_pairs $depth $threads
			done
		done
		bench_pairs 30 1 rebuild ;;
	turns)
		for stacks in 1 100 1000 10000; do
			bench_turns $stacks
		done ;;
	go) bench_go ;;
	sqlite3) bench_program sqlite3 sqlite3 :memory: ".read script.sql" ;;
	python3) bench_program python3 /usr/bin/python3 script.py ;;
	python3-malloc) bench_program python3-malloc env PYTHONMALLOC=malloc /usr/bin/python3 script.py ;;
	cc1plus) raw=1 bench_program cc1plus "$cc1plus" -fpreprocessed -quiet -std=c++20 \
		-O1 script.ii -o script.s ;;
	report)
		for name in sqlite3 python3 cc1plus; do
			bench_report $name
		done
		bench_report_long ;;
	segments)
		for mappings in 50 1000 20000; do
			bench_segments $mappings
		done ;;
	sampling)
		bench_sampling sqlite3 sqlite3 :memory: ".read script.sql"
		if command -v redis-benchmark >/dev/null; then
			make_redis redis.sh
			bench_sampling redis ./redis.sh
		fi ;;
	sample)
		for threads in 1 2; do
			bench_sample_pairs $threads
		done
		bench_sample_program sqlite3 sqlite3 :memory: ".read script.sql"
		bench_sample_program cc1plus "$cc1plus" -fpreprocessed -quiet -std=c++20 -O1 script.ii \
			-o script.s ;;
	*) echo "bench: no case '$case'" >&2; exit 2 ;;
	esac
done
