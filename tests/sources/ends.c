/*
 * Functions that end in a call, which compilers make a jump: of free, of malloc, of each other,
 * of themselves; both branches of an if ending alike; callbacks; recursion.
 *
 * truth: make freed first_user 900
 */
#include <stdlib.h>
#include <string.h>

struct list {
	struct list *next;
	void *data;
};

static struct list *lists[8];
static void *slots[8];
static volatile long sink;

static void *make(size_t size)
{
	return malloc(size);
}

static void *make_zero(size_t size)
{
	void *block = make(size);

	memset(block, 0, size);
	return block;
}

static void release(void *block)
{
	if (block)
		sink += ((char *)block)[0];
	free(block);
}

static void release_list(struct list *list)
{
	struct list *next;

	if (!list)
		return;
	next = list->next;
	release(list->data);
	free(list);
	release_list(next);
}

__attribute__((noinline)) static void store(int i, void *block)
{
	release(slots[i % 8]);
	slots[i % 8] = block;
}

static void store_some(int i)
{
	if (i % 3)
		store(i, make_zero(40));
	else
		store(i + 1, make_zero(48));
}

static void store_last(int i)
{
	store(i, make(56));
}

__attribute__((noinline)) static void prepend(int i)
{
	struct list *list = make(sizeof(*list));

	list->next = lists[i % 8];
	list->data = make_zero(24);
	lists[i % 8] = list;
}

static void clear(int i)
{
	struct list *list = lists[i % 8];

	lists[i % 8] = NULL;
	release_list(list);
}

__attribute__((noinline)) static void each(int count, void (*call)(int), int i)
{
	while (count--)
		call(i + count);
}

static void first_user(int i)
{
	char *block = make(16);

	block[0] = (char)i;
	sink += block[0];
	release(block);
}

static void second_user(int i)
{
	char *one = make_zero(32), *two;

	if (i & 1) {
		release(one);
		return;
	}
	two = make_zero(33);
	each(2, prepend, i);
	release(two);
	release(one);
}

static long depth_first(int depth)
{
	char *own = make_zero(64 + (size_t)depth);
	long sum = own[0];

	if (depth > 0)
		sum += depth_first(depth - 1);
	if (depth > 2)
		sum += depth_first(depth - 2);
	free(own);
	return sum;
}

static int order(const void *left, const void *right)
{
	char *copy = make(20);
	int result;

	memcpy(copy, left, sizeof(int));
	result = *(const int *)left - *(const int *)right;
	sink += copy[0];
	free(copy);
	return result;
}

static void sorted(int i)
{
	int *values = make(10 * sizeof(*values)), k;

	for (k = 0; k < 10; k++)
		values[k] = (i * 31 + k * 17) % 23;
	qsort(values, 10, sizeof(*values), order);
	sink += values[3];
	release(values);
}

static void (*volatile chosen[])(int) = { store_some, store_last, second_user };

int main(void)
{
	int i;

	for (i = 0; i < 900; i++) {
		first_user(i);
		second_user(i);
		store_some(i);
		store_last(i);
		chosen[i % 3](i);
		if (i % 5 == 0)
			clear(i);
		if (i % 10 == 0) {
			sink += depth_first(4);
			sorted(i);
		}
	}
	return 0;
}
