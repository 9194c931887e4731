#!/bin/bash
# report --mappings: who mapped memory, in text, CSV and JSON; and a malloc that maps every block,
# whose frames stay exact though each call of it is walked from inside.
here=$OUTLIVE_ROOT_DIR
"${CC:-gcc}" -g -O1 -fno-builtin -D_GNU_SOURCE -o mappings "$here/samples/mappings.c" || exit 77
"$OUTLIVE" run -q -o trace -- ./mappings >/dev/null 2>&1
"$OUTLIVE" report --mappings trace | grep -E '  (arena|grow|reserve)  mappings.c|only reserved|by mremap' | tr -s ' ' |
	sed -E 's/ (-|[0-9.]+ [KM]iB) ([0-9.]+ KiB [0-9]+ [a-z]+ mappings)/ \2/' # without the resident part
"$OUTLIVE" report --mappings --by path --top 1 trace | grep -A1 ' arena  ' | tail -n 1 | tr -s ' '
"$OUTLIVE" report --mappings --format csv trace | grep ';arena' | cut -d, -f 1-9,11-13
"$OUTLIVE" report --mappings --phase exit trace | grep -c 'has mapped nothing'
for options in "--by thread" "--sort bytes" "--size 4"; do
	# shellcheck disable=SC2086 # options are words
	"$OUTLIVE" report --mappings $options trace 2>&1 | head -n 1
done

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
