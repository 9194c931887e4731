/*
 * recursive.c - recursion tells activations of one function apart. A tree's node on level
 * i (the root is 0) outlives i + 1 calls of build(): 2^i of them. The scratch blocks of
 * descend() are its own, on each of its 20 levels: stack-like. What ascend() allocates
 * on its way down, and frees one level further out, outlives one frame.
 *
 * expect: depths("build") == {"1": 10, "2": 20, "3": 40, "4": 80, "5": 160, "6": 320}
 * expect: owners("build") == ["grow"]
 * expect: depths("descend") == {"0": 105}
 * expect: verdicts("descend") == ["stack_like"]
 * expect: owners("descend") == ["descend"]
 * expect: depths("ascend") == {"1": 30}
 * expect: [by("ascend")[].owners[].function] | unique == ["ascend", "main"]
 */
#include <stdlib.h>

struct tree {
	struct tree *left, *right;
};

static void *volatile sink;

static __attribute__((noinline)) struct tree *build(int levels)
{
	struct tree *tree = malloc(sizeof(*tree));

	tree->left = levels ? build(levels - 1) : NULL;
	tree->right = levels ? build(levels - 1) : NULL;
	sink = tree;
	return tree;
}

static __attribute__((noinline)) void tree_free(struct tree *tree)
{
	if (!tree)
		return;
	tree_free(tree->left);
	tree_free(tree->right);
	free(tree);
}

static __attribute__((noinline)) void grow(void)
{
	struct tree *tree = build(5);

	tree_free(tree);
	sink = NULL;
}

static __attribute__((noinline)) int descend(int levels)
{
	char *scratch = malloc(100);
	int result;

	scratch[0] = (char)levels;
	sink = scratch;
	result = levels ? descend(levels - 1) : 0;
	result += scratch[0];
	free(scratch);
	return result;
}

static __attribute__((noinline)) void *ascend(int levels)
{
	void *inner = levels ? ascend(levels - 1) : NULL;

	sink = inner;
	free(inner);
	return malloc(24);
}

int main(void)
{
	for (int i = 0; i < 10; i++)
		grow();
	for (int i = 0; i < 5; i++)
		descend(20);
	free(ascend(29));
	return 0;
}
