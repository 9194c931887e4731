#!/bin/bash
# What one call of a function has made for it by others, and frees before it returns, is its
# variable, not growth; nor if it calls a function that frees it. What main() frees at its end, or
# an interpreter by way of many functions, grew.
cat >batch.c <<'EOC'
#include <stdlib.h>
#include <time.h>
#define ITEMS 4000
struct item { struct item *next; char name[40]; };
static volatile int sink;
static void pause_at(int i)
{
	struct timespec pause = { 0, 1000000 };

	if (i % 40 == 0)
		nanosleep(&pause, NULL);
}
__attribute__((noinline)) static struct item *item_make(struct item *next)
{
	struct item *item = malloc(sizeof(*item));

	item->next = next;
	return item;
}
__attribute__((noinline)) static struct item *item_push(struct item *next)
{
	struct item *item = item_make(next);

	sink++;
	return item;
}
__attribute__((noinline)) static void items_drop(struct item *first)
{
	struct item *item;

	while ((item = first)) {
		first = item->next;
		free(item);
	}
	sink++;
}
__attribute__((noinline)) static void drop_deep(struct item *first) { items_drop(first); sink++; }
__attribute__((noinline)) static void drop_deeper(struct item *first) { drop_deep(first); sink++; }
__attribute__((noinline)) static struct item *items_make(void)
{
	struct item *first = NULL;

	for (int i = 0; i < ITEMS; pause_at(i++))
		first = item_push(first);
	sink++;
	return first;
}
__attribute__((noinline)) static void work(int how)
{
	struct item *first = NULL, *item;

	for (int i = 0; how < 3 && i < ITEMS; pause_at(i++))
		first = item_push(first);
	if (how == 3)
		first = items_make();
	if (how >= 2)
		drop_deeper(first);
	else if (how)
		items_drop(first);
	while (!how && (item = first)) {
		first = item->next;
		free(item);
	}
	sink++;
}
int main(int count, char **words)
{
	struct item *first;

	if (count > 1) {
		work(atoi(words[1]));
	} else {
		first = items_make();
		items_drop(first);
	}
	return 0;
}
EOC
for level in -O0 -O2; do
	"${CC:-gcc}" -g $level -fno-builtin -o batch batch.c || exit 77
	for how in 0 1 2 3 ''; do
		# shellcheck disable=SC2086 # no word is none
		"$OUTLIVE" run -q -o trace -- ./batch $how 2>/dev/null
		"$OUTLIVE" report -f json trace | jq -r --arg how "${how:-main}" '"\($how): \([.growth.sites[].function])"'
	done
done
"$OUTLIVE" run -q -o trace -- ./batch 0 2>/dev/null
"$OUTLIVE" report trace | grep -oE '^nothing is growing|leak candidate' | sort -u
