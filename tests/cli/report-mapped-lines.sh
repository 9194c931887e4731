#!/bin/bash
# Who mapped "other" memory: two lines whose mappings the kernel joins, one of which is called from two
# call paths, and a neighbour that is not theirs. What is resident of each is known within bounds; no
# bound is "at least 0 B"; and a line never had less at once than at the end.
cat >mapped.c <<'EOF'
#define _GNU_SOURCE
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#define MAP(at, bytes) mmap(at, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | (at ? MAP_FIXED : 0), -1, 0)
__attribute__((noinline)) static char *arena(char *at, size_t bytes)
{
	char *volatile made = MAP(at, bytes);
	return made;
}
__attribute__((noinline)) static char *cache(char *at, size_t bytes)
{
	char *volatile made = MAP(at, bytes);
	return made;
}
__attribute__((noinline)) static char *one(char *at) { char *volatile made = arena(at, 30 << 20); return made; }
__attribute__((noinline)) static char *two(char *at) { char *volatile made = arena(at, 20 << 20); return made; }
int main(int argc, char **argv)
{
	char *all = mmap(NULL, 200 << 20, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	one(all + (40 << 20));
	cache(all + (70 << 20), 10 << 20);
	two(all + (80 << 20));
	memset(all + (40 << 20), 1, argc > 1 ? 4 << 20 : 35 << 20);
	memset(all + (80 << 20), 1, argc > 1 ? 4 << 20 : 20 << 20);
	usleep(400000);
	return argv == NULL;
}
EOF
"${CC:-gcc}" -g -O1 -w -o mapped mapped.c || exit 77
for much in "" little; do
	# shellcheck disable=SC2086 # no word is none
	"$OUTLIVE" run -q -o trace -- ./mapped $much 2>/dev/null
	COLUMNS=250 "$OUTLIVE" report trace | grep -oE '^  mapped .*' | sed -E 's/ of [0-9.]+ MiB resident/ of .. resident/; s/why [0-9]+c/why Nc/'
	COLUMNS=250 "$OUTLIVE" report --mappings trace | grep -oE '(about|to|up to|at least) [0-9.]+ [KM]?i?B of that resident' | sort -u
	"$OUTLIVE" report --mappings trace | grep -E ' (arena|cache)  ' | tr -s ' ' | sed -E 's/ [0-9]+c / /'
done
"$OUTLIVE" report --mappings trace | grep -c 'at least 0 B'
true
