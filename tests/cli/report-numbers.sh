#!/bin/bash
# Numbers that --why takes: every list has them, and they are the same whatever the options; names
# that are shown alike are told apart, and are accepted as shown; a line is explained call by call.
cat >program.cpp <<'EOF'
#include <cstdlib>
#include <string>
template <class T> struct Grid {
	T *cells;
	explicit Grid(int n) { fill(n); }
	__attribute__((noinline)) void fill(int n) { cells = new T[n]; }
	~Grid() { delete[] cells; }
};
template <class T> __attribute__((noinline)) int sum(int n)
{
	Grid<T> grid(n);
	return grid.cells[0] == T{};
}
__attribute__((noipa)) static void *get(std::size_t n) { return std::malloc(n); }
struct Page {
	__attribute__((noinline)) std::string show() { return std::string(100, 'x'); }
};
static void *volatile kept[100];
int main()
{
	int s = 0;
	for (int i = 0; i < 100; i++) {
		s += sum<int>(i + 1) + sum<double>(10);
		kept[i] = get(16);
		s += (int)Page().show().size();
	}
	new Grid<char>(5);
	return s == 7;
}
EOF
g++ -g -O1 -o program program.cpp || exit 77
export LC_ALL=C.UTF-8
"$OUTLIVE" run -q -o trace -- ./program 2>/dev/null
report() {
	"$OUTLIVE" report "$@" trace
}
report --by function | sed -nE '/^by f/,/^$/s/.* ([0-9]+)f  (.*\(\)).*/\2/p' | sort

# "35f name" of all rows, by each report that has functions
rows() {
	sed -nE 's/^ .* ([0-9]+f)  ([^ ]+( (\(|most).*)?).*/\1 \2/p; s/^([0-9]+f)  ([^ ]+).*/\1 \2/p' | sed 's/ most.*//' | grep -E 'Grid|sum|get|show|main'
}
report --by function --top 0 | rows | sort >numbers
for options in "--by function --sort live" "--by function --all" "--by function --mine sum" "--by function --size 16" \
	"--by function --function main" "--by function --wrapper get" "--class live-at-exit --by function" "--by owner" "" \
	"--class escaping --by function" "--by function --keep std::*"; do
	# shellcheck disable=SC2086 # several words
	for width in 60 100 200; do
		COLUMNS=$width report $options 2>/dev/null | rows
	done | sed 's/\.\..*//' | sort -u >shown
	[ -s shown ] || echo "$options: no numbers"
	# one name has one number, and the other way round (a name may be cut)
	sort -u numbers shown | awk -v options="$options" '$1 in name && index(name[$1], $2) != 1 && index($2, name[$1]) != 1 {
		print options ": " $1 " is " name[$1] " and " $2 } { name[$1] = $2 }'
done
report --format json --by function | jq -r '.groups[] | "\(.why) \(.function)"' | grep -c .
# a path's number is its number everywhere
paths() { # OPTION..
	report --format json --top 0 "$@" | jq -c '.sites[] | [.why, [.frames[] | .function, .line]]' | LC_ALL=C sort
}
paths >all
for options in "--size 16" "--function sum*" "--wrapper get" "--all --sort live" "--class live-at-exit"; do
	# shellcheck disable=SC2086
	paths $options >some
	echo "$options: $(LC_ALL=C comm -12 all some | wc -l) of $(grep -c . some)"
done
number=$(paths --function get --size 16 | jq -r '.[0]')
report --format csv --function get | cut -d, -f1 | grep -cx "$number"

# a number or a name as shown leads to the function
first() { head -1 | sed 's/  .*//'; }
while read -r number name; do
	for what in "$number" "$name"; do
		report --why "$what" | sed -n 1,2p | grep -qF "$name" || echo "$what is not $name"
	done
done <numbers
for name in 'sum<int>()' 'get()' get 'show[abi:cxx11]()' 'Page::show[abi:cxx11]()'; do
	report --why "$name" | first
	report --function "$name" --format json | jq .totals.allocations
done
report --why 'main()' | sed -n 1p
report --why fill 2>&1 | sed 's/^ *[0-9]*f/Nf/'
report --why program.cpp:6 | sed -nE '/^advice/,/^$/s/.*(none about .*)\(.*/\1/p' | sort
report --keep 'nosuch*' --wrapper nothing --mine nowhere 2>messages >/dev/null
cat messages
report --full --keep 'show[abi:cxx11]()' --wrapper 'get()' 2>&1 | grep -o 'wrappers skipped: get\|matches.*\|, get'
report --wrapper Gri 2>&1 | sed -E 's/[0-9]+f/Nf/g'
echo "status ${PIPESTATUS[0]}"
report --wrapper Grid 2>&1 | sed -E 's/[0-9]+f/Nf/g'
report --wrapper "Grid*" --class local --format json | jq -r '[.class, .kind, (.sites | length > 0)] | join(" ")'
