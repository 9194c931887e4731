#!/bin/bash
# CSV of call paths: its sums are the totals of JSON, its lines are JSON's call paths; names that are
# odd stay in their cell; what it cannot show is refused.
cat >program.c <<'EOC'
#include <stdlib.h>
static void *volatile sink;
void *odd(size_t size) __asm__("\"odd;name, here\"");
__attribute__((noinline)) void *odd(size_t size) { return sink = malloc(size); }
__attribute__((noinline)) static void *kept(void) { sink = odd(100); return sink; }
__attribute__((noinline)) static void local(void) { free(odd(30)); }
static void deep(int depth)
{
	if (!depth)
		sink = malloc(7);
	else
		deep(depth - 1);
	__asm__ volatile("");
}
int main(void)
{
	for (int i = 0; i < 50; i++)
		local();
	for (int i = 0; i < 3; i++)
		kept();
	sink = realloc(sink, 5000);
	deep(400);
	return 0;
}
EOC
gcc -O1 -fno-builtin -fno-optimize-sibling-calls -fno-inline -fno-ipa-icf \
	-o program program.c || exit 77
"$OUTLIVE" run -q -o trace -- ./program >/dev/null 2>&1

report() { "$OUTLIVE" report "$@" trace; }
report --format csv >sites.csv || exit 1
report --format json --top 0 >report.json || exit 1

head -n 1 sites.csv | tr -d '\r'
grep -vc $'\r$' sites.csv # every line ends with CR LF

sum() { # COLUMN
	awk -F, -v name="$1" 'NR == 1 { for (i = 1; i <= NF; i++) column[$i] = i; next }
		{ sum += $column[name] } END { print sum }' sites.csv
}
same() { # COLUMN JQ-PATH: the sum is what JSON says
	local sum total
	sum=$(sum "$1") total=$(jq "$2" report.json)
	if [ "$sum" = "$total" ]; then echo "$1: as in JSON"; else echo "$1: $sum, JSON has $total"; fi
}
for column in allocations bytes peak_blocks peak_bytes live_blocks live_bytes; do
	same $column ".totals.$column"
done
for class in stack_like escaping crossed static_like live inferred open unknown suppressed; do
	same $class ".classes.$class.blocks"
done
# path by path
tail -n +2 sites.csv | cut -d, -f1-7 >lines
jq -r '.sites[] | [.site, .allocations, .bytes, .peak_blocks, .peak_bytes, .live_blocks,
	.live_bytes] | map(tostring) | join(",")' report.json | cmp - lines && echo "sites: as in JSON"

# whole paths, the innermost last; a deep one is cut in the middle
path() { # NAME of the innermost: its cell
	tail -n +2 sites.csv | tr -d '\r' | cut -d, -f16- | grep "$1\"$" | sed 's/.*;main/main/' | sort
}
path 'odd?name, here' | uniq
tail -n +2 sites.csv | tr -d '\r' | cut -d, -f16- | grep -o '";*.*frames)' | sed 's/.*(/(/; s/[0-9]\{3\}/N/'
report --format csv --top 1 | wc -l
report --format csv --class escaping | tail -n +2 | cut -d, -f9
report --format csv --sort calls --by path --top 1 | tail -n 1 | cut -d, -f2

for view in "--by function" "--by thread" "--by owner" --stacks "--why 1" "--explain 1" \
	"--class live-at-exit --by module"; do
	# shellcheck disable=SC2086
	report --format csv $view 2>&1 | head -n 1
done
"$OUTLIVE" info --format csv trace 2>&1 | head -n 1
