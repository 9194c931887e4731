#!/bin/bash
# The snapshot with most resident memory may be of a time after everything was freed: then the screen says
# when the heap had its peak, and how much more was live then. Not if what was live at the peak
# is live in the snapshot.
cat >freed.c <<'EOF'
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
static void *blocks[2000];
static char more[8 << 20]; /* so that most is resident once all has been freed */
__attribute__((noinline)) static void fill(void)
{
	for (int i = 0; i < 2000; i++)
		memset(blocks[i] = malloc(1000), 1, 1000);
}
int main(int argc, char **argv)
{
	fill();
	if (argc < 2)
		for (int i = 0; i < 1999; i++)
			free(blocks[i]);
	memset(more, 1, sizeof(more));
	usleep(500000);
	return argv == NULL;
}
EOF
"${CC:-gcc}" -g -O1 -fno-builtin -o freed freed.c || exit 77
for word in "" kept; do
	# shellcheck disable=SC2086 # no word is none
	"$OUTLIVE" run -q -o trace -- ./freed $word 2>/dev/null
	COLUMNS=200 "$OUTLIVE" report trace >screen
	echo "$word: $(grep -oE "heap's peak .*" screen | sed -E 's/ [0-9.]+ [mu]s / T /')"
done
