#!/bin/bash
# What grows may be freed by a function that runs at exit, or be held by a static object: then it is not
# live at exit, but --class growing lists it as the default screen does. When such growth ended is
# not known, and not claimed.
{
	echo '#include <stdlib.h>
#include <time.h>
struct node { struct node *next; };
static struct node *all;
static void drop(void) { while (all) { struct node *next = all->next; free(all); all = next; } }
static void keep(struct node *node) { node->next = all; all = node; }'
	for i in 1 2 3 4 5 6; do
		echo "__attribute__((noinline)) static void *grow$i(void) { void *volatile made = malloc(16 + $i); return made; }"
	done
	echo 'int main(void)
{
	struct timespec pause = { 0, 100000 };

	atexit(drop);
	for (int i = 0; i < 1000; i++, nanosleep(&pause, NULL)) {
		keep(grow1()), keep(grow2()), keep(grow3()), keep(grow4()), keep(grow5()), keep(grow6());
	}
	return 0;
}'
} >many.c
cat >held.cpp <<'EOF'
#include <ctime>
#include <list>
#include <string>
static std::list<std::string> held;
__attribute__((noinline)) static void grow() { held.push_back(std::string(100, 'x')); }
int main()
{
	struct timespec pause = { 0, 100000 };

	for (int i = 0; i < 1000; i++, nanosleep(&pause, nullptr))
		grow();
	return 0;
}
EOF
"${CC:-gcc}" -g -fno-builtin -w -o many many.c && "${CXX:-g++}" -g -O1 -o held held.cpp || exit 77
for program in many held; do
	"$OUTLIVE" run -q -o trace -- ./$program 2>/dev/null
	COLUMNS=100 "$OUTLIVE" report trace | sed -n '/^what is growing/,/^$/p' |
		grep -oE ' grow.?(\(\))?  |and [0-9] more; --class growing lists them all|grew until.*' | sort
	echo "--class growing of $program:"
	COLUMNS=100 "$OUTLIVE" report --class growing trace |
		grep -oE ' grow.?(\(\))?  |no growing blocks.*|grew until.*' | sort
done
