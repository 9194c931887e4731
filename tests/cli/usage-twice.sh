#!/bin/bash
# A filter that takes one value and is given two is refused: either could be meant. Lists may be
# repeated; of other options the last one holds.
cat >one.c <<'EOF'
#include <stdlib.h>
int main(void)
{
	for (int i = 0; i < 100; i++)
		free(malloc(40));
	return 0;
}
EOF
"${CC:-gcc}" -g -fno-builtin -o one one.c || exit 77
"$OUTLIVE" run -q -o trace -- ./one 2>/dev/null
for options in "--size 40 --size 50" "--phase main --phase=load" "-t one -t two" "-w main --why 1" "-e 1 -e 2"; do
	# shellcheck disable=SC2086 # words are words
	"$OUTLIVE" report $options trace 2>&1 >/dev/null | head -n 1
done
"$OUTLIVE" report --function main --function main --size 40 trace | grep -o '  only .*' | tr -s ' '
"$OUTLIVE" report --sort calls --by module --by function trace | grep -oE '^by (function|module)'
