#!/bin/bash
# The default screen says "leak candidates" of what grows, whole, at every usual width, whether or
# not it is shortened to fit; of a program that called _exit(), that it may still hold them.
{
	echo '#include <stdlib.h>'
	echo '#include <time.h>'
	echo '#include <unistd.h>'
	echo 'static void *all[40000]; static int count; static void *volatile sink;'
	for i in 1 2 3 4 5 6; do
		echo "__attribute__((noinline)) static void leak$i(void) { all[count++] = malloc(20 + $i); }"
		echo "__attribute__((noinline)) static void local$i(void) { free(sink = malloc(30 + $i)); }"
		echo "__attribute__((noinline)) static void table$i(void) { all[count++] = malloc(3000 + $i); }"
	done
	cat <<'EOC'
int main(int words, char **word)
{
	struct timespec pause = { 0, 100000 };

	table1(), table2(), table3(), table4(), table5(), table6();
	for (int i = 0; i < 1500; i++) {
		leak1(), leak2(), leak3(), leak4(), leak5(), leak6();
		local1(), local2(), local3(), local4(), local5(), local6();
		if (i % 5 == 0)
			nanosleep(&pause, NULL);
	}
	if (words > 1)
		_exit(!word);
	return 0;
}
EOC
} >leaks.c
"${CC:-gcc}" -g -O1 -fno-builtin -o leaks leaks.c || exit 77
for word in '' exit; do
	# shellcheck disable=SC2086 # no word is none
	"$OUTLIVE" run -q -o trace -- ./leaks $word 2>/dev/null
	for columns in 80 100 120 200; do
		COLUMNS=$columns "$OUTLIVE" report trace >shown
		COLUMNS=$columns "$OUTLIVE" report --full trace >full
		echo "$columns: $(grep -oE 'growing [0-9.]+k \([a-z ]*\)' shown | sed 's/[0-9.]*k/N/'); $(grep -oE 'leak candidates|leaks, or still held' full)"
	done
done
