# lib.sh - what the scripts of this folder share. Each runs a real program bare and with
# outlive, and holds the two against each other. Source it; the working directory is the
# test's own.
#
# The independent count of the same run is lib_count.c, preloaded behind liboutlive.so: it
# counts in another way, per process, the calls that came through. heaptrack, where it is
# installed, is the witness from outside, of another run of the same program.
# shellcheck shell=bash
set -u
programs=$OUTLIVE_ROOT_DIR/tests/programs
# shellcheck source=tests/lib/workloads.sh
. "$OUTLIVE_ROOT_DIR/tests/lib/workloads.sh"
# shellcheck source=tests/lib/verdicts.sh
. "$OUTLIVE_ROOT_DIR/tests/lib/verdicts.sh"
as=() # what `same` and `record` put before the command: another user
limit=(timeout -k 5 300) # a program that hangs has failed
trap 'exit $bad' EXIT
export HOME=$PWD XDG_CONFIG_HOME=$PWD/config

gcc -O2 -D_GNU_SOURCE -fno-builtin -fPIC -shared -o count.so "$programs/lib_count.c" &&
	gcc -O2 -o print_counts "$programs/lib_counts.c" &&
	gcc -O2 -D_GNU_SOURCE -o launch "$programs/lib_launch.c" || exit 1

# Record COMMAND into t.outlive, counted by count.so; its stdout is with.out.
record() { # COMMAND...
	rm -rf counts t.outlive
	mkdir -m 1777 counts
	OUTLIVE_COUNT_DIR=$PWD/counts "${limit[@]}" "${as[@]}" "$OUTLIVE" run -q -o t.outlive -- \
		./launch "$PWD/count.so" "$@" >with.out 2>with.err
}

# The trace is whole, and what it holds can be reported.
sound() {
	local process
	"$OUTLIVE" info --format json t.outlive >info.json || complain "info: status $?"
	jq -e '.complete and .problem_count == 0 and
		([.processes[].lost | .damaged, .no_state] | add) == 0' info.json >/dev/null ||
		complain "the trace is not sound: $("$OUTLIVE" info t.outlive 2>&1 |
			grep -E 'damage|lost  |problem|complete' | sort | uniq -c | head -n 10)"
	for process in $(jq '.processes | sort_by(-.events) | .[:3][].number' info.json); do
		"$OUTLIVE" report --process "$process" t.outlive >report.out 2>report.err ||
			complain "report of process $process: $(cat report.err)"
	done
}

# The same stdout and exit status, bare and recorded.
same() { # COMMAND...
	local bare_status with_status
	"${limit[@]}" "${as[@]}" "$@" >bare.out 2>bare.err
	bare_status=$?
	record "$@"
	with_status=$?
	[ $bare_status = $with_status ] ||
		complain "exit status $bare_status became $with_status: $(tail -n 3 with.err)"
	cmp bare.out with.out || complain "stdout differs"
	echo "same: status $with_status, $(wc -c <with.out) bytes of output"
	sound
}

# Lines "PID allocations reallocs frees failed", the images of a pid added up. The report
# counts a realloc of a block among the allocations as well; here it is taken out.
recorded_counts() {
	"$OUTLIVE" info --format json t.outlive | jq -r '
		.processes | group_by(.pid)[] |
		[.[0].pid, (map(.allocations - .reallocs) | add), (map(.reallocs) | add),
			(map(.frees) | add), (map(.failed) | add)] | join(" ")' | sort
}

# Make equal the lines of processes that were killed and whose counts differ by one event a
# thread at most: the call that was on its way when the signal came is in one count only.
forgive_killed() {
	"$OUTLIVE" info --format json t.outlive |
		jq -r '.processes[] | select(.finished | not) | "\(.pid) \(.threads)"' >killed
	awk 'FILENAME == "killed" { threads[$1] += $2; next }
		FILENAME == "recorded" { line[$1] = $0; next }
		$1 in threads && $1 in line {
			split(line[$1], ours)
			away = 0
			for (i = 2; i <= 5; i++)
				away += $i > ours[i] ? $i - ours[i] : ours[i] - $i
			if (away && away <= threads[$1]) {
				print "killed in a call: " $1 >"/dev/stderr"
				$0 = line[$1]
			}
		}
		{ print }' killed recorded independent >forgiven
	mv forgiven independent
}

# Every process in both, with the same numbers; nothing lost.
agree() {
	./print_counts counts/* | sort >independent
	recorded_counts >recorded
	forgive_killed
	if ! diff independent recorded >difference; then
		complain "counts differ (<: independent, >: outlive; pid allocations reallocs" \
			"frees failed)"
		head -n 20 difference
	fi
	[ "$("$OUTLIVE" info --format json t.outlive | jq '[.processes[].lost.events] | add')" = 0 ] ||
		complain "events were lost: $("$OUTLIVE" info t.outlive | head -n 20)"
	awk '{ n++; a += $2; r += $3; f += $4 }
		END { printf "agree: %d processes, %d allocations, %d reallocs, %d frees\n", n, a, r, f }' \
		recorded
}

# How many variables a program finds in its environment when COMMAND runs it.
variables_under() { # COMMAND...
	"$@" awk 'BEGIN { for (name in ENVIRON) n++; print n + 0 >"variables" }' >/dev/null 2>&1
	cat variables
}

# A program may copy its environment, and heaptrack and outlive each add variables of their own:
# the run with fewer gets as many more. heaptrack_env and outlive_env go before the command.
level_environments() {
	local theirs ours i
	heaptrack_env=(env) outlive_env=(env)
	theirs=$(variables_under heaptrack -o witness)
	ours=$(variables_under "$OUTLIVE" run -q -o w.outlive --)
	for ((i = theirs; i < ours; i++)); do heaptrack_env+=("WITNESS_$i=level"); done
	for ((i = ours; i < theirs; i++)); do outlive_env+=("WITNESS_$i=level"); done
}

# heaptrack's count of another run. What is known to differ is taken into account:
# it counts a realloc as an allocation, and one block of libstdc++'s (its own library
# brings that into a C program). Within ALLOWED calls of the rest: a program that calls
# the allocator after its last exit handler is not seen by heaptrack there.
witness_heaptrack() { # ALLOWED COMMAND...
	local allowed=$1 theirs ours heaptrack_env outlive_env
	shift
	command -v heaptrack >/dev/null || { echo "witness: no heaptrack here"; return; }
	level_environments
	rm -f witness.*
	"${heaptrack_env[@]}" heaptrack -o witness "$@" >/dev/null 2>&1
	# .gz where there is no zstd
	theirs=$(heaptrack_print -f witness.* -T 0 -p 0 -a 0 -l 0 |
		sed -n 's/^calls to allocation functions: \([0-9]*\).*/\1/p')
	"${outlive_env[@]}" "$OUTLIVE" run -q -o w.outlive -- "$@" >/dev/null 2>&1
	ours=$("$OUTLIVE" report --format json w.outlive |
		jq .totals.allocations)
	echo "witness: heaptrack $theirs, outlive $ours + 1 of libstdc++;" \
		"difference $((theirs - ours - 1))"
	[ $((theirs - ours - 1)) -le "$allowed" ] && [ $((ours + 1 - theirs)) -le "$allowed" ] ||
		complain "more than $allowed calls differ from heaptrack's count"
}

# A page for a browser: a script makes its list.
make_page() { # FILE
	cat >"$1" <<'HTML'
<!DOCTYPE html>
<html><head><title>page</title><style>li { color: navy; margin: 2px } h1 { background: gold }</style></head>
<body><h1>A page</h1><ul id="list"></ul><script>
for (let i = 0; i < 200; i++) {
	const item = document.createElement("li");
	item.textContent = "item " + i + " of the list";
	document.getElementById("list").append(item);
}
</script></body></html>
HTML
}

# What a malloc of the program's own serves is not seen, which `info` and the report say.
says_own_malloc() { # PROGRAM: the end of its executable's name
	local number
	number=$(jq --arg name "/$1" '[.processes[] | select((.executable | endswith($name)) and .own_malloc)][0].number' info.json)
	[ "$number" != null ] || { complain "no process of $1 is known for its own malloc"; return; }
	"$OUTLIVE" report --process "$number" t.outlive 2>&1 | grep -q 'the program contains its own malloc' ||
		complain "the report does not say that $1 has a malloc of its own"
}
