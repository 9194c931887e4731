/*
 * callbacks.c - who owns what a callback allocates. The names that collect_name() makes
 * for each() belong to the function that called each() and frees them: they escape the
 * callback and each(), 2 frames. What a comparison for qsort() allocates and frees again
 * belongs to the comparison, however many frames of libc lie outside. The block of the
 * context is passed down to the callback that frees it: stack-like.
 *
 * expect: depths("collect_name") == {"2": 64} and owners("collect_name") == ["list_names"]
 * expect: verdicts("collect_name") == ["escaping"]
 * expect: depths("compare_copies") | keys == ["0"]
 * expect: count("compare_copies") == 2 * $out.comparisons
 * expect: owners("compare_copies") == ["compare_copies"]
 * expect: [by("open_context")[] | select(.frames[0].function == "open_context") |
 *   .verdict] | unique == ["stack_like"]
 * expect: bytes("open_context") == 200 and live("open_context") == 0
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *volatile sink;

static __attribute__((noinline)) void each(int count, void (*call)(void *, int),
                                           void *with)
{
	for (int i = 0; i < count; i++)
		call(with, i);
	sink = NULL;
}

static void collect_name(void *names, int i)
{
	((char **)names)[i] = malloc(24);
}

static __attribute__((noinline)) void list_names(void)
{
	char *names[64];

	each(64, collect_name, names);
	for (int i = 0; i < 64; i++)
		free(names[i]);
}

static int comparisons;

static int compare_copies(const void *left, const void *right)
{
	char *one = malloc(16), *two = malloc(16);
	int order;

	memcpy(one, left, 4);
	memcpy(two, right, 4);
	order = memcmp(one, two, 4);
	sink = one;
	comparisons++;
	free(one);
	free(two);
	return order;
}

static void close_context(void *context, int i)
{
	if (i == 9)
		free(context);
}

static __attribute__((noinline)) void open_context(void)
{
	void *context = malloc(200);

	each(10, close_context, context);
	sink = NULL;
}

int main(void)
{
	char items[4 * 100];

	for (int i = 0; i < 400; i++)
		items[i] = (char)(i * 7919 % 251);
	list_names();
	qsort(items, 100, 4, compare_copies);
	open_context();
	dprintf(1, "comparisons=%d\n", comparisons);
	return 0;
}
