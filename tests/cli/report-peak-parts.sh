#!/bin/bash
# Who made the peak: the user's own code and other code, each sorted by its bytes; the title says if own
# code comes before code that has more. Other code that has ten times as much comes before both.
cat >own.c <<'EOC'
#include <stdlib.h>
void *library_one(size_t size), *library_two(size_t size);
__attribute__((noinline)) static void *own_one(size_t size) { return malloc(size); }
__attribute__((noinline)) static void *own_two(size_t size) { return malloc(size); }
int main(int count, char **words)
{
	void *volatile made[4];

	made[0] = own_one(atoi(words[1]));
	made[1] = own_two(atoi(words[2]));
	made[2] = library_one(atoi(words[3]));
	made[3] = library_two(atoi(words[4]));
	for (int i = 0; i < 4; i++)
		free(made[i]);
	return 0;
}
EOC
cat >library.c <<'EOC'
#include <stdlib.h>
__attribute__((noinline)) void *library_one(size_t size)
{
	void *volatile made = malloc(size);

	return made;
}
__attribute__((noinline)) void *library_two(size_t size)
{
	void *volatile made = malloc(size);

	return made;
}
EOC
"${CC:-gcc}" -g -O1 -fno-builtin -c own.c && "${CC:-gcc}" -g -O1 -fno-builtin "-ffile-prefix-map=$PWD=/usr/share/library" -c library.c || exit 77
"${CC:-gcc}" -o program own.o library.o || exit 77
show() {
	"$OUTLIVE" report "$@" trace | sed -n '/^who made/,/^$/p' | grep -oE 'your own code first|(own|library)_(one|two)' | tr '\n' ' '
	echo
}
for sizes in "30000 10000 200000 0" "10000 30000 20000 0" "40000 30000 20000 10000" "3000 1000 20000 500000"; do
	# shellcheck disable=SC2086 # four words
	"$OUTLIVE" run -q -o trace -- ./program $sizes 2>/dev/null
	echo "$sizes"
	show
	show --mine own.c
done
