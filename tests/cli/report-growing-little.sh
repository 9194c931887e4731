#!/bin/bash
# What grows by next to nothing does not come before what matters, though it is the user's own code; and
# if nothing else grows, the screen says how little it is.
cat >own.c <<'EOC'
#include <stdlib.h>
#include <string.h>
#include <time.h>
void *library_leak(size_t size);
static void *kept[4000];
__attribute__((noinline)) static void *own_leak(size_t size) { return malloc(size); }
int main(int count, char **words)
{
	struct timespec pause = { 0, 100000 };
	int own = atoi(words[1]), library = atoi(words[2]), at = 0, i;
	char *volatile large = malloc(8 << 20), *volatile temporary;

	for (i = 0; i < 2000; i++) {
		if (i % 4 == 0)
			kept[at++] = own_leak(own);
		if (library && i % 4 == 2)
			kept[at++] = library_leak(library);
		if (i % 10 == 0)
			nanosleep(&pause, NULL); /* so that no other delay counts */
		temporary = malloc(100);
		free(temporary);
	}
	free(large);
	return 0;
}
EOC
cat >library.c <<'EOC'
#include <stdlib.h>
__attribute__((noinline)) void *library_leak(size_t size)
{
	void *volatile made = malloc(size);

	return made;
}
EOC
"${CC:-gcc}" -g -O1 -c own.c && "${CC:-gcc}" -g -O1 "-ffile-prefix-map=$PWD=/usr/share/library" -c library.c || exit 77
"${CC:-gcc}" -o program own.o library.o || exit 77
# of 500 blocks: what they are together decides, whenever half of the time is over
for sizes in "60 0" "60 2000" "120 1000" "2000 8000"; do
	# shellcheck disable=SC2086 # two words
	"$OUTLIVE" run -q -o trace -- ./program $sizes 2>/dev/null
	echo "$sizes"
	"$OUTLIVE" report trace | sed -n '/^what is growing/,/^$/p' | grep -oE 'little:.*|(own|library)_leak'
	"$OUTLIVE" report -f json trace | jq -r '[.growth.sites[].function] | join(" ")'
done
