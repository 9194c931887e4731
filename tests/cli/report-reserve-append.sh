#!/bin/bash
# An array in C that grows by malloc, copy and free is to be reserved, like a container. Buffers of any
# size that replace each other are not.
cat >append.c <<'END_OF_C'
#include <stdlib.h>
#include <string.h>
struct list { char **items; int count, room; };
static char *volatile kept;
__attribute__((noinline)) static struct list append(struct list list, char *item)
{
	if (list.count == list.room) {
		int room = list.room ? 2 * list.room : 1;
		char **larger = malloc((size_t)room * sizeof(*larger));

		for (int i = 0; i < list.count; i++)
			larger[i] = list.items[i];
		free(list.items);
		list.items = larger;
		list.room = room;
	}
	list.items[list.count++] = item;
	return list;
}
__attribute__((noinline)) static int collect(int count)
{
	struct list list = { NULL, 0, 0 };

	for (int i = 0; i < count; i++)
		list = append(list, "x");
	free(list.items);
	return list.count;
}
__attribute__((noinline)) static void replace(int i)
{
	char *other = malloc((size_t)(i * 7919 % 500) + 1);

	free(kept);
	kept = other;
}
int main(void)
{
	int sum = 0;

	for (int i = 0; i < 2000; i++) {
		sum += collect(100);
		replace(i);
	}
	return sum != 200000;
}
END_OF_C
for level in -O0 -O2; do
	"${CC:-gcc}" -g $level -fno-builtin -o append append.c || exit 77
	"$OUTLIVE" run -q -o t.outlive -- ./append 2>/dev/null || exit 1
	"$OUTLIVE" report --format json t.outlive |
		jq -r '.advice[] | select(.kind == "reserve") | "\(.function) \(.saves_calls)"' || exit 1
done
