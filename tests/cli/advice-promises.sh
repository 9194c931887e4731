#!/bin/bash
# What advice promises is what following it saves: a small program follows three pieces of its
# advice, one by one, and a count that knows nothing of outlive compares the calls and the bytes. A
# second one keeps an object and uses it again, and with it the storage of the object's containers.
# `make advice` does so with programs that others wrote.
cat >words.c <<'C'
#include <stdlib.h>
#include <string.h>
struct word {
	struct word *next;
	char text[24];
};
static void *volatile sink;

/* a buffer that is freed before the function returns */
__attribute__((noinline)) static void copy_one(const char *text)
{
#if FOLLOW == 1
	char copy[40];
#else
	char *copy = malloc(40);
#endif
	strcpy(copy, text);
	sink = copy;
#if FOLLOW != 1
	free(copy);
#endif
}

/* words that all end together, with their owner */
struct arena {
	struct word words[100];
	unsigned used;
};
__attribute__((noinline)) static struct word *word_new(struct arena *arena, struct word *next)
{
	struct word *word = arena ? &arena->words[arena->used++] : malloc(sizeof(*word));

	word->next = next;
	return sink = word;
}
__attribute__((noinline)) static void many(void)
{
	struct arena *arena = NULL;
	struct word *first = NULL, *next;
	int i;

#if FOLLOW == 2
	arena = malloc(sizeof(*arena));
	arena->used = 0;
#endif
	for (i = 0; i < 100; i++)
		first = word_new(arena, first);
	for (; first && !arena; first = next) {
		next = first->next;
		free(first);
	}
	free(arena);
}

/* a list that grows by realloc */
__attribute__((noinline)) static void list(void)
{
	char *items = malloc(FOLLOW == 3 ? 8192 : 512);
	int size;

	for (size = 1024; size <= 8192; size += 512) {
#if FOLLOW != 3
		items = realloc(items, size);
#endif
		items[size - 1] = 1;
	}
	free(sink = items);
}

int main(void)
{
	int i;

	for (i = 0; i < 2000; i++)
		copy_one("a word, or two");
	for (i = 0; i < 40; i++)
		many();
	for (i = 0; i < 100; i++)
		list();
	return 0;
}
C
"${CC:-gcc}" -O2 -fPIC -shared -fno-builtin -o count.so "$OUTLIVE_ROOT_DIR/tests/advice/count.c" || exit 1
for follow in 0 1 2 3; do
	"${CC:-gcc}" -O2 -g -fno-builtin -DFOLLOW=$follow -o words words.c || exit 1
	ADVICE_COUNT=count.$follow LD_PRELOAD=$PWD/count.so ./words
	[ $follow != 0 ] || "$OUTLIVE" run -q -o trace -- ./words 2>/dev/null
done
"$OUTLIVE" report -f json trace >report.json
jq -e '.process | .finished and .processor_ns > 0' report.json >finished || echo "no time of the processor"
read -r calls bytes _ <count.0
jq -e --argjson calls "$calls" --argjson bytes "$bytes" \
	'.totals.allocations == $calls and .totals.bytes == $bytes' report.json >same ||
	echo "outlive counts otherwise: $calls calls, $bytes B"
hold() { # FUNCTION CALLS BYTES: what following the advice about the function has saved
	jq -r --arg function "$1" --argjson calls "$2" --argjson bytes "$3" '
		# within 10 %: of the promise, or of all bytes of the blocks
		def kept($saved; $promised; $of): ($saved - $promised | fabs) * 10 <= $of;
		.advice[] | select(.function | startswith($function)) |
		"\(.kind) \(.function | sub("\\(.*"; "")): calls " +
		if kept($calls; .saves_calls; .saves_calls) then "kept" else
			"\($calls), promised \(.saves_calls)" end + ", bytes " +
		if kept($bytes; .saves_bytes; ([.saves_bytes, 100000] | max)) then "kept" else
			"\($bytes), promised \(.saves_bytes)" end' report.json
}
follow=0
for function in copy_one word_new list; do
	follow=$((follow + 1))
	read -r calls_now bytes_now _ <count.$follow
	hold $function $((calls - calls_now)) $((bytes - bytes_now))
done

cat >records.cpp <<'C'
#include <memory>
#include <string>
#include <vector>
struct record {
	std::string text;
	std::vector<int> ends;
};
static void *volatile sink;
__attribute__((noinline)) static void fill(record &record, int i)
{
	record.text.assign(40 + i % 3, 'x');
	record.ends.assign(8, i);
}
__attribute__((noinline)) static record *make(int i)
{
	record *made = new record;

	fill(*made, i);
	return made;
}
__attribute__((noinline)) static record *next(int i)
{
	record *made = make(i);

	sink = made;
	return made;
}
int main()
{
	record kept;

	for (int i = 0; i < 1000; i++) {
		if (FOLLOW)
			fill(kept, i);
		else
			std::unique_ptr<record> record(next(i));
	}
	return 0;
}
C
for follow in 0 1; do
	"${CXX:-g++}" -O2 -g -fno-builtin -DFOLLOW=$follow -o records records.cpp || exit 1
	ADVICE_COUNT=count.$follow LD_PRELOAD=$PWD/count.so ./records
	[ $follow != 0 ] || "$OUTLIVE" run -q -o trace -- ./records 2>/dev/null
done
"$OUTLIVE" report -f json trace >report.json
read -r calls bytes _ <count.0
read -r calls_now bytes_now _ <count.1
hold make $((calls - calls_now)) $((bytes - bytes_now))
"$OUTLIVE" report --advice trace | tr -s ' \n' ' ' |
	grep -o 'what the same call makes is kept.*saves [0-9.k]* calls'
