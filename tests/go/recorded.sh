# recorded.sh - for the tests that record programs with cgo: builds and records them, and asks the
# report. Source it. $way says what is tested.
# shellcheck shell=bash disable=SC2154 # version: lib.sh
# shellcheck source=tests/go/lib.sh
. "$OUTLIVE_ROOT_DIR/tests/go/lib.sh"
needs gcc jq
way=

# PROGRAM OUTPUT FLAGS...: build a folder of this one with $GO.
go_build() {
	local program=$1 output=$2
	shift 2
	rm -rf "./$program"
	source_of "$program"
	rm -f "./$program/"*.c # cgo would take it
	(cd "./$program" && CGO_ENABLED=1 go_locked "$GO" build -o "../$output" "$@" . 2>&1) ||
		{ complain "$version: go build $* failed"; return 1; }
}

# TRACE COMMAND...: record it, with the options in $run_options; its status and output must be as
# without.
run_options=
record() {
	local trace=$1 bare recorded
	shift
	timeout 120 "$@" >bare.out 2>bare.err
	bare=$?
	# shellcheck disable=SC2086 # several words
	timeout 300 "$OUTLIVE" run $run_options -o "$trace" -- "$@" >recorded.out 2>recorded.err
	recorded=$?
	[ $recorded = $bare ] || complain "$way: $*: exit status $recorded, $bare without"
	cmp -s bare.out recorded.out || { complain "$way: $*: other output:"; head -n 5 recorded.out; }
	"$OUTLIVE" report --format json --top 0 "$trace" >report.json ||
		complain "$way: no report of $trace"
	expect "each cut stack is of one kind" '.lost | (.cuts | add) == .stacks_cut and .cuts.unknown == 0' .lost
}

# Blocks of one size, whatever allocated them: the sizes are the names of the cases.
# shellcheck disable=SC2016 # for jq
jq_functions='
def of(n): [.sites[] | select(.size_min == n and .size_max == n)];
def sum(f): map(f) | add // 0;
def blocks(n): of(n) | sum(.allocations);
def depths(n): [of(n)[].escape_depths | keys[] | tonumber] | unique;
# What os.Setenv made in lives/main.go: a name, "=", the value, and its end.
def is_setenv: (.size_min >= 1513 and .size_max <= 1517) or (.size_min >= 1613 and .size_max <= 1617);
# How far out the function is that must own the blocks.
def at(n; name): [of(n)[] | [.frames[].function] | index(name)] | unique;
'

# WHAT TRUE SHOWN: two expressions of jq; the first must be true of report.json.
expect() {
	jq -e "$jq_functions $2" report.json >/dev/null 2>expect.err ||
		complain "$way: $1: $(jq -c "$jq_functions [$3]" report.json 2>&1 | cut -c1-600)" \
			"$(cat expect.err)"
}
