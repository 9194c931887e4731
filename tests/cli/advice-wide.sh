#!/bin/bash
# A range of time that is so wide that it says nothing is not promised: realloc may extend a large block, or
# copy all of it. The screen says that no time is promised, and --why the reason.
cat >grows.c <<'EOC'
#include <stdlib.h>
__attribute__((noinline)) static char *grow(char *items, size_t size)
{
	return realloc(items, size);
}
int main(int count, char **words)
{
	size_t most = (size_t)atol(words[1]), size;

	for (int i = 0; i < atoi(words[2]); i++) {
		char *items = NULL;
		for (size = 64; size <= most; size += 64 + size / 8) {
			items = grow(items, size);
			items[size - 1] = 1;
		}
		free(items);
	}
	return 0;
}
EOC
"${CC:-gcc}" -g -O1 -fno-builtin -o grows grows.c || exit 77
for words in "4000 20000" "8000000 60"; do
	# shellcheck disable=SC2086 # two words
	"$OUTLIVE" run -q -o trace -- ./grows $words 2>/dev/null
	echo "$words"
	COLUMNS=200 "$OUTLIVE" report trace | grep -oE 'saves [0-9.]+k calls, [0-9.]+ [MG]iB, .*;' |
		sed -E 's/[0-9.]+( [mu]?s)? to [0-9.]+ [mu]?s/TIME/'
	COLUMNS=200 "$OUTLIVE" report --why grow trace | grep -E '^ *no time' | sed -E 's/[0-9.]+( [mu]?s)? to [0-9.]+ [mu]?s/TIME/'
	"$OUTLIVE" report -f json trace | jq -c '.advice[] | [.function, .has_time]'
done
