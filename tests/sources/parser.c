/*
 * A parser of expressions by recursive descent: a tree, an arena of chunks, a symbol table, and
 * errors that are left by goto.
 *
 * truth: node_new freed evaluate
 * truth: token_text freed parse_factor
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct node {
	char op;
	long value;
	struct node *left, *right;
};

struct chunk {
	struct chunk *next;
	size_t used;
	char bytes[400];
};

static const char *at;
static char *names[64];
static int failed;
static volatile long sink;

static struct node *parse_sum(void);

static struct node *node_new(char op, struct node *left, struct node *right, long value)
{
	struct node *node = calloc(1, sizeof(*node));

	*node = (struct node){ op, value, left, right };
	return node;
}

static void node_free(struct node *node)
{
	if (!node)
		return;
	node_free(node->left);
	node_free(node->right);
	free(node);
}

static char *token_text(size_t length)
{
	char *text = malloc(length + 1);

	memcpy(text, at, length);
	text[length] = '\0';
	at += length;
	return text;
}

static long intern(const char *name)
{
	unsigned i = (unsigned char)name[0] % 64;

	if (!names[i])
		names[i] = strcpy(malloc(strlen(name) + 1), name);
	return i;
}

static struct node *parse_factor(void)
{
	struct node *node = NULL;
	size_t length = 0;
	char *text;

	if (*at == '(') {
		at++;
		node = parse_sum();
		if (*at != ')') {
			failed = 1;
			node_free(node);
			return NULL;
		}
		at++;
		return node;
	}
	while (isalnum((unsigned char)at[length]))
		length++;
	text = token_text(length);
	if (!length) {
		failed = 1;
		goto out;
	}
	node = isdigit((unsigned char)*text) ? node_new('n', NULL, NULL, atol(text))
	                                     : node_new('v', NULL, NULL, intern(text));
out:
	free(text);
	return node;
}

static struct node *parse_product(void)
{
	struct node *node = parse_factor(), *right;

	while (*at == '*' && !failed) {
		at++;
		right = parse_factor();
		node = node_new('*', node, right, 0);
	}
	return node;
}

static struct node *parse_sum(void)
{
	struct node *node = parse_product();

	while ((*at == '+' || *at == '-') && !failed) {
		char op = *at++;

		node = node_new(op, node, parse_product(), 0);
	}
	return node;
}

static long compute(const struct node *node)
{
	if (!node)
		return 0;
	switch (node->op) {
	case '+': return compute(node->left) + compute(node->right);
	case '-': return compute(node->left) - compute(node->right);
	case '*': return compute(node->left) * compute(node->right);
	default: return node->value;
	}
}

static void *arena_take(struct chunk **arena, size_t size)
{
	struct chunk *chunk = *arena;

	if (!chunk || chunk->used + size > sizeof(chunk->bytes)) {
		chunk = malloc(sizeof(*chunk));
		chunk->next = *arena;
		chunk->used = 0;
		*arena = chunk;
	}
	chunk->used += size;
	return chunk->bytes + chunk->used - size;
}

static void arena_free(struct chunk *arena)
{
	struct chunk *next;

	for (; arena; arena = next) {
		next = arena->next;
		free(arena);
	}
}

static long words_in_arena(const char *text)
{
	struct chunk *arena = NULL;
	long count = 0;

	for (; *text; text++) {
		if (isalnum((unsigned char)*text)) {
			*(char *)arena_take(&arena, 24) = *text;
			count++;
		}
	}
	arena_free(arena);
	return count;
}

static long evaluate(const char *text)
{
	struct node *tree;
	long result;

	at = text;
	failed = 0;
	tree = parse_sum();
	result = compute(tree);
	node_free(tree);
	return result + words_in_arena(text);
}

int main(void)
{
	static const char *const shapes[] = {
		"1+2*(x-%d)", "(a+b)*(c+%d)*7",     "((%d", "n*%d*m-4-5-6+z",
		"+%d",        "(1+(2+(3+(4+%d))))",
	};
	char text[80];
	int i;

	for (i = 0; i < 1200; i++) {
		snprintf(text, sizeof(text), shapes[i % 6], i);
		sink += evaluate(text);
	}
	return 0;
}
