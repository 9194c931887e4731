#!/bin/bash
# At any width, the kinds of what is live at exit are all there, also on a screen that is shortened to 40
# lines, and the name of a source file is never cut inside.
mkdir -p a_directory_of_sources/and_one_below_it
{
	echo '#include <stdlib.h>
#include <time.h>
static void *all[400000], *ring[500];
static int count;'
	for name in grown once steady $(seq -f 'leak_of_a_function_with_a_long_name%g' 1 6) $(seq -f 'local%g' 1 5); do
		echo "__attribute__((noinline)) void *make_$name(size_t size) { void *volatile made = malloc(size); return made; }"
	done
	echo 'int main(void)
{
	struct timespec pause = { 0, 50000 };
	for (int i = 0; i < 100; i++)
		all[count++] = make_once(500);
	for (int i = 0; i < 3000; i++) {'
	for i in 1 2 3 4 5 6; do echo "all[count++] = make_leak_of_a_function_with_a_long_name$i(60);"; done
	for i in 1 2 3 4 5; do echo "free(make_local$i(60));"; done
	echo '		if (i < 1800 && i > 100)
			all[count++] = make_grown(100);
		free(ring[i % 500]);
		ring[i % 500] = make_steady(300);
		if (i % 4 == 0)
			nanosleep(&pause, NULL);
	}
	return 0;
}'
} >a_directory_of_sources/and_one_below_it/the_report_of_all.c
"${CC:-gcc}" -g -O1 -fno-builtin -o kinds a_directory_of_sources/and_one_below_it/the_report_of_all.c || exit 77
"$OUTLIVE" run -q -o trace -- ./kinds 2>/dev/null
"$OUTLIVE" report -f json trace | jq -r '.live_kinds | to_entries[] | select(.value.blocks > 0).key' | sort >all
for columns in 80 100 120 200; do
	COLUMNS=$columns "$OUTLIVE" report trace >screen
	sed -n '/^what became/,$p' screen | grep -oE '(growing|grown|steady|once) +[0-9.]+k?' | cut -d' ' -f1 | sort >kinds
	# which kinds there are depends on how evenly the machine ran
	echo "$columns: $(grep -c 'shortened: --full' screen), at most 40 lines: $(($(wc -l <screen) <= 40))," \
		"all kinds: $(cmp -s kinds all && echo yes), several: $(($(wc -l <kinds) > 2))"
	COLUMNS=$columns "$OUTLIVE" report trace | grep -oE '[^ ]*ll\.c:[0-9]+' | grep -vE '^(.*/)?the_report_of_all.c:[0-9]+$'
done
for columns in 60 70 80; do
	COLUMNS=$columns "$OUTLIVE" report --by function trace | grep -oE '[^ ]*l\.c:[0-9]+' |
		grep -vE '^(.*/)?the_report_of_all.c:[0-9]+$'
done
true
