#!/bin/bash
# Blocks that another thread passes to realloc: by thread they count for the thread that called realloc, with
# --thread for the one that allocated them; the table says so, and how many.
cat >moved.c <<'EOF'
#include <pthread.h>
#include <stdlib.h>
static void *blocks[300];
static void *grow(void *all)
{
	pthread_setname_np(pthread_self(), "grower");
	for (int i = 0; i < (all ? 300 : 0); i++)
		blocks[i] = realloc(blocks[i], 4000);
	return NULL;
}
int main(int argc, char **argv)
{
	pthread_t thread;

	for (int i = 0; i < 300; i++)
		blocks[i] = malloc(100);
	pthread_create(&thread, NULL, grow, argc > 1 ? argv : NULL);
	pthread_join(thread, NULL);
	for (int i = 0; i < 300; i++)
		free(blocks[i]);
	return 0;
}
EOF
"${CC:-gcc}" -g -O1 -fno-builtin -D_GNU_SOURCE -pthread -o moved moved.c || exit 77
for word in "" all; do
	# shellcheck disable=SC2086 # no word is none
	"$OUTLIVE" run -q -o trace -- ./moved $word 2>/dev/null
	echo "-- $word"
	COLUMNS=200 "$OUTLIVE" report --by thread trace | grep -oE '(^.* [0-9]+ )?reallocs? of blocks.*|[0-9]+ realloc.*'
	"$OUTLIVE" report -f json --by thread trace | jq -c '[.threads[].bytes] | sort'
	"$OUTLIVE" report -f json --thread grower trace | jq -c '.totals.bytes'
	"$OUTLIVE" report -f json --thread moved trace | jq -c '.totals.bytes'
done
