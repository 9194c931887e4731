#!/bin/bash
# One change moves all blocks of a line: advice about a few of them is none, wherever the compiler has
# inlined the line; and an arena for two lines of a function is one piece of advice.
cat >lines.c <<'EOF'
#include <stdlib.h>
struct node {
	struct node *next;
	char *name, *value;
};
static struct node *volatile sink;
static inline __attribute__((always_inline)) struct node *make(struct node *next)
{
	struct node *node = malloc(sizeof(*node));

	node->next = next;
	node->name = node->value = 0;
	return node;
}
__attribute__((noinline)) static struct node *many(unsigned count)
{
	struct node *first = 0;

	while (count--)
		first = make(first);
	return first;
}
__attribute__((noinline)) static struct node *one(unsigned i)
{
	struct node *node = make(0);

	node->name = (char *)0 + i;
	return node;
}
__attribute__((noinline)) static void name(struct node *node, unsigned i)
{
	node->name = malloc(24);
	node->name[0] = (char)i;
	node->value = malloc(40);
	node->value[0] = (char)i;
}
int main(int argc, char **argv)
{
	unsigned count = (unsigned)atoi(argv[argc - 1]), i;
	struct node *first, *node;

	for (i = 0; i < count; i++) {
		sink = one(i);
		free(sink);
	}
	first = many(2000);
	for (node = first; node; node = node->next)
		name(node, 7);
	while ((node = first)) {
		first = node->next;
		free(node->name);
		free(node->value);
		free(node);
	}
	return 0;
}
EOF
for level in -O0 -O2; do
	"${CC:-gcc}" -g $level -fno-builtin -o lines lines.c || exit 77
	for count in 100 2000; do
		"$OUTLIVE" run -q -o trace -- ./lines $count 2>/dev/null
		echo "with $level, and $count blocks of the line elsewhere"
		"$OUTLIVE" report -f json trace |
			jq -r '.advice | sort_by(.function)[] | "\(.kind) \(.function) \(.saves_calls) \(.call_sites)"'
	done
done
COLUMNS=200 "$OUTLIVE" report --why make trace | grep -A1 'would not suit'

# Each reason is given once, with the calls that it is for: without figures if these differ, and
# without their names if it is that of all of many.
cat >few.c <<'EOC'
#include <stdlib.h>
static void *volatile sink;
static void drop(void *block) { sink = block; free(sink); }
__attribute__((noipa)) static void few(void)
{
	for (int i = 0; i < 3; i++)
		drop(malloc(8));
	drop(malloc(9));
	sink = malloc(10);
}
__attribute__((noipa)) static void many(void)
{
	drop(malloc(1));
	drop(malloc(2));
	drop(malloc(3));
	drop(malloc(4));
	drop(malloc(5));
	drop(malloc(6));
	drop(malloc(7));
	drop(malloc(8));
	drop(malloc(9));
}
int main(void)
{
	few();
	few();
	many();
	return 0;
}
EOC
"${CC:-gcc}" -g -O1 -fno-builtin -o few few.c || exit 77
"$OUTLIVE" run -q -o trace -- ./few 2>/dev/null
for function in few many; do
	COLUMNS=200 "$OUTLIVE" report --why $function trace | sed -nE 's/[0-9]+c/Nc/g; s/^  none/none/p'
done
