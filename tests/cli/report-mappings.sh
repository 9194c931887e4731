#!/bin/bash
# report --mappings: who mapped memory, in text, CSV and JSON; and a malloc that maps every block,
# whose frames stay exact though each call of it is walked from inside.
here=$OUTLIVE_ROOT_DIR
"${CC:-gcc}" -g -O1 -fno-builtin -D_GNU_SOURCE -o mappings "$here/samples/mappings.c" || exit 77
"$OUTLIVE" run -q -o trace -- ./mappings >/dev/null 2>&1
"$OUTLIVE" report --mappings trace | grep -E '  (arena|grow|reserve)  mappings.c|only reserved|by mremap' | tr -s ' ' |
	sed -E 's/ (-|[0-9.]+ [KM]iB) ([0-9.]+ KiB [0-9]+) [0-9]+c ([a-z]+ mappings)/ \2 \3/' # without the resident part
"$OUTLIVE" report --mappings --by path --top 1 trace | grep -A1 ' arena  ' | tail -n 1 | tr -s ' '
"$OUTLIVE" report --mappings --format csv trace | grep ';arena' | cut -d, -f 2-10,12-14
"$OUTLIVE" report --mappings --phase exit trace | grep -c 'none of these calls'
for options in "--by thread" "--sort bytes"; do
	# shellcheck disable=SC2086 # options are words
	"$OUTLIVE" report --mappings $options trace 2>&1 | head -n 1
done

# --why takes the number, the line and the function of every row; numbers do not depend on options
numbers() { # OPTION..
	"$OUTLIVE" report --mappings "$@" trace | sed -nE 's/.* ([0-9]+[cm])  ([a-z_]+)  (mappings.c:[0-9]+)$/\1 \2 \3/p'
}
numbers >rows
numbers --by path >>rows
numbers --function grow | grep -cvxFf rows
numbers --by path --size 400K | grep -cvxFf rows
while read -r number function line; do
	for what in "$number" "$function" "$line"; do
		"$OUTLIVE" report --why "$what" trace >why 2>&1
		case $what in *m) calls=1 ;; *) calls= ;; esac
		grep -q "^mapped on .*call path${calls:+ }" why && grep -q " $function  mappings.c:" why ||
			echo "--why $what: $(head -n 1 why)"
	done
done <rows
echo "$(sort -u rows | wc -l) rows"
"$OUTLIVE" report --why by_sysc trace | grep -c "  by_syscall  "
"$OUTLIVE" report --why 1m --size 1 trace | grep -o '^  unfiltered .*'
"$OUTLIVE" report -f json trace | jq -c '[.mappings.paths[] | .why == "\(.number)m"] | all'
"$OUTLIVE" report --why 99m trace 2>&1 | head -n 1

echo "-- filters choose calls by their own size and call path"
only() { # OPTION..
	echo "$*: $(COLUMNS=300 "$OUTLIVE" report --mappings "$@" trace 2>&1 |
		sed -nE 's/.* ([a-z]+)  mappings.c:.*/\1/p; s/^  only +(.*): [0-9.]+% of .*/\1:/p; /^outlive: /p' | tr '\n' ' ')"
}
only --function grow
only --function 'grow()' --size 130K..
only --size 20480 --phase main
only --module mappings --size 400K
only --only-mine --mine mappings.c --size 20K
only --thread mappings --size 4K
only --function nothing
only --module nothing
sums='.mappings | [.calls, .failed, .bytes, .live_bytes, ([.paths[].ended_bytes] | add)]'
"$OUTLIVE" report -f json --mappings trace | jq -c "$sums" >whole
for size in ..4096 4097..163840 163841..; do
	"$OUTLIVE" report -f json --mappings --size "$size" trace 2>/dev/null | jq -c "$sums"
done | jq -sc 'transpose | map(add)' | cmp whole - && echo "sizes add up"
"$OUTLIVE" report -f json trace | jq -c '[.totals.allocations, .totals.bytes]' >whole
"$OUTLIVE" report -f json --mappings --size 4096 --function grow trace |
	jq -c '[.totals.allocations, .totals.bytes]' | cmp whole - && echo "blocks are as they were"
"$OUTLIVE" report --mappings --format csv --function grow trace | cut -d, -f 2,5

cat >program.c <<'EOF'
#include <stdlib.h>
__attribute__((noinline)) static void *make(int depth)
{
	void *volatile block = depth ? make(depth - 1) : malloc(100);
	return block;
}
int main(void)
{
	for (int i = 0; i < 500; i++)
		free(make(i % 9));
	return 0;
}
EOF
"${CC:-gcc}" -g -O1 -shared -fPIC -o mapper.so "$here/tests/exact/lib/mapper.c" || exit 77
"${CC:-gcc}" -g -O1 -fno-builtin -o program program.c ./mapper.so || exit 77
"$OUTLIVE" run -q -o nested -- ./program >/dev/null 2>&1
"$OUTLIVE" report --format json nested | jq -c '[
	([.mappings.paths[] | select(any(.frames[]; .function == "make")) | .calls] | add),
	.mappings.calls == .totals.allocations, .totals.inferred, .process.copies_stacks]'
