#!/bin/bash
# A call path whose reallocs resize the blocks of others has none of its own: the word for that,
# "grows", is explained where it stands.
cat >grows.c <<'EOC'
#include <stdlib.h>
__attribute__((noinline)) static void *make(void)
{
	void *volatile block = malloc(16);

	return block;
}
__attribute__((noinline)) static void *enlarge(void *block, size_t size)
{
	void *volatile larger = realloc(block, size);

	return larger;
}
int main(void)
{
	for (int i = 0; i < 30; i++) {
		void *block = make();

		for (size_t size = 64; size < 5000; size *= 2)
			block = enlarge(block, size);
		free(block);
	}
	return 0;
}
EOC
"${CC:-gcc}" -g -O1 -fno-builtin -o grows grows.c || exit 77
"$OUTLIVE" run -q -o trace -- ./grows 2>/dev/null
for function in enlarge make; do
	COLUMNS=200 "$OUTLIVE" report --why $function trace | grep '^  verdict '
done
