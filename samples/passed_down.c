/*
 * passed_down.c - blocks that the functions called by their allocator free: passed down
 * the stack, so still escape depth 0. consume() frees at one frame further in, bury() at
 * five; through a structure they get there as well as by argument.
 *
 * expect: depths("give_one") == {"0": 300}
 * expect: depths("give_list") == {"0": 400}
 * expect: depths("give_deep") == {"0": 50}
 * expect: verdicts("give_one") + verdicts("give_list") + verdicts("give_deep")
 *   == ["stack_like", "stack_like", "stack_like"]
 * expect: owners("give_deep") == ["give_deep"]
 * expect: .classes.escaping.blocks == 0
 */
#include <stdlib.h>

struct list {
	struct list *next;
};

static void *volatile sink;

static __attribute__((noinline)) void consume(void *block)
{
	sink = block;
	free(block);
	sink = NULL;
}

static __attribute__((noinline)) void bury(void *block, int frames)
{
	if (frames)
		bury(block, frames - 1);
	else
		consume(block);
	sink = NULL;
}

static __attribute__((noinline)) void list_free(struct list *list)
{
	struct list *next;

	for (; list; list = next) {
		next = list->next;
		free(list);
	}
}

static __attribute__((noinline)) void give_one(void)
{
	consume(malloc(32));
}

static __attribute__((noinline)) void give_list(int length)
{
	struct list *list = NULL, *item;

	while (length--) {
		item = malloc(sizeof(*item));
		item->next = list;
		list = item;
	}
	list_free(list);
	sink = NULL;
}

static __attribute__((noinline)) void give_deep(void)
{
	bury(malloc(64), 5);
	sink = NULL;
}

int main(void)
{
	for (int i = 0; i < 300; i++)
		give_one();
	for (int i = 0; i < 40; i++)
		give_list(10);
	for (int i = 0; i < 50; i++)
		give_deep();
	return 0;
}
