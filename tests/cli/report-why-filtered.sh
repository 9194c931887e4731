#!/bin/bash
# --why of a call path, a call site or a line of which a filter leaves nothing: that is the reason, not
# that there is none.
cat >two.c <<'EOF'
#include <stdlib.h>
__attribute__((noinline)) static void *left(void) { void *volatile made = malloc(40); return made; }
__attribute__((noinline)) static void *right(void) { void *volatile made = malloc(50); return made; }
int main(void)
{
	for (int i = 0; i < 100; i++)
		free(left()), free(right());
	return 0;
}
EOF
"${CC:-gcc}" -g -fno-builtin -o two two.c || exit 77
"$OUTLIVE" run -q -o trace -- ./two 2>/dev/null
"$OUTLIVE" report -f json trace >json
path=$(jq -r '.sites[] | select(.frames[0].function == "left").why' json)
call=$(jq -r '.advice[] | select(.function == "left").why' json)
echo "$path $call" | grep -cE '^[0-9]+ [0-9]+c$'
for what in "$path" "$call" two.c:2; do
	"$OUTLIVE" report --why "$what" --function right trace 2>&1 | sed "s/'[0-9]*\(c\?\)'/'N\1'/"
	"$OUTLIVE" report --why "$what" --size 40 trace 2>&1 | sed -n 2p
done
"$OUTLIVE" report --why 9999c --function right trace 2>&1 | grep -o 'no call path'
