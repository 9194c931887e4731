/*
 * cache_replaced.c - a cache whose entry is replaced on every call, from the same call
 * call site: cache_store() frees the block that its previous call allocated. Both stacks are the
 * same, the activations are not: the block escaped its allocating call by one frame, and
 * serve() owns it; the last one is freed by serve() itself. reopen() does the same two
 * frames further in, so those escape three and main owns them; the very last outlives main.
 *
 * expect: depths("serve") == {"1": 400} and owners("serve") == ["serve"]
 * expect: depths("reopen") == {"3": 49, "4": 1}
 * expect: [by("reopen")[].owners[] | select(.function == "main").blocks] | add == 49
 * expect: verdicts("cache_store") == ["escaping"]
 * expect: .classes.stack_like.blocks == 0
 * expect: .exact.inferred == 0
 * expect: [.advice[]] == []
 */
#include <stdlib.h>

static char *volatile cached;
static void *volatile sink;

static __attribute__((noinline)) void cache_store(size_t size)
{
	free(cached);
	cached = malloc(size);
}

static __attribute__((noinline)) void serve(void)
{
	for (int i = 0; i < 400; i++)
		cache_store(64);
	free(cached);
	cached = NULL;
}

static __attribute__((noinline)) void reopen_inner(void)
{
	cache_store(128);
	sink = NULL;
}

static __attribute__((noinline)) void reopen(void)
{
	reopen_inner();
	sink = NULL;
}

static void at_exit(void)
{
	free(cached);
}

int main(void)
{
	serve();
	atexit(at_exit);
	for (int i = 0; i < 50; i++)
		reopen();
	return 0;
}
