#!/bin/bash
# Random programs that know their own truth (generate.py, truth.h), against the report.
# CASES of them (36), 6 to a program, from SEED (1) on; each program is built in another
# way, and run ROLLS times (1) with other dice. A failure says what makes it again. So many
# as SIGNAL_CASES (6) are interrupted by signals, and built at -O2: less than one block in a
# hundred of theirs may be inferred. As many have a stack of its own for the handler, which
# has no stubs: there blocks may be inferred, but none may be wrong. WHOLE: more than three
# times as many of each, 20 to a program.
set -u
here=$OUTLIVE_ROOT_DIR/tests/generator
per=6
[ -z "${WHOLE:-}" ] || per=20
cases=${CASES:-$((6 * per))} rolls=${ROLLS:-1} seed=${SEED:-1}
signal_cases=${SIGNAL_CASES:-$per}
ways=("g++ -O0" "g++ -O2" "g++ -O1 -fno-omit-frame-pointer"
	"g++ -O3 -fomit-frame-pointer -fcf-protection" "g++ -O2 -mstackrealign")
command -v clang++ >/dev/null && ways+=("clang++ -O2 -fno-optimize-sibling-calls")
bad=0 done=0 blocks=0 inferred=0

build_program() { # SEED WAY
	local -a build
	# shellcheck disable=SC2086 # $signals is a word, or none
	read -ra build <<<"$2"
	python3 "$here/generate.py" "$1" "$per" $signals >"p$1.cpp" &&
		"${build[@]}" -g -std=c++17 -fno-builtin -w -pthread -I"$here" -o "p$1" "p$1.cpp"
}

check_program() { # SEED ROLL [OPTION]...
	local name=p$1 roll=$2
	shift 2
	"$OUTLIVE" run -q "$@" -o "$name.outlive" -- "./$name" "$roll" >"$name.truth" 2>"$name.err" ||
		{ cat "$name.err"; return 1; }
	"$OUTLIVE" report --format json --top 0 "$name.outlive" >"$name.json" || return 1
	# shellcheck disable=SC2086
	python3 "$here/check.py" "$name.truth" "$name.json" $signals >"$name.reported"
}

# The program of that seed, built and run: what comes of it is added to the sums.
try_program() { # SEED WAY
	local roll these those
	build_program "$1" "$2" || exit 1
	for ((roll = 0; roll < rolls; roll++)); do
		if check_program "$1" $roll; then
			read -r _ _ these _ those _ < <(tail -n 1 "p$1.reported")
			blocks=$((blocks + these)) inferred=$((inferred + those))
		else
			bad=1
			echo "generate.py $1 $per $signals, $2, argument $roll:"
			head -n 12 "p$1.reported"
		fi
		done=$((done + per))
	done
}

signals=
for ((number = 0; done < cases; number++)); do
	this=$((seed + number))
	try_program $this "${ways[$((number % ${#ways[@]}))]}"
	# That the check can fail: plain frames are wrong here and there.
	if [ $number = 0 ] && check_program $this 0 --frames=plain; then
		bad=1
		echo "plain frames pass for exact ones: the check checks nothing"
	fi
	rm -f "p$this"*
done
echo "$done cases, $blocks blocks, $inferred of them inferred"

for signals in signals elsewhere; do
	done=0 blocks=0 inferred=0
	for ((number = 0; done < signal_cases; number++)); do
		this=$((seed + number))
		try_program $this "g++ -O2"
		rm -f "p$this"*
	done
	echo "$done cases, $signals: $blocks blocks, $inferred of them inferred"
	if [ $signals = signals ] && [ $((inferred * 100)) -ge $((blocks + !blocks)) ]; then
		bad=1
		echo "one in a hundred, or more"
	fi
done
exit $bad
