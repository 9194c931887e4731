/*
 * init_tables.c - tables made before main() begins, and one that its only call makes, none
 * ever freed: static-like, they could have been globals. What an initialiser frees again
 * is what it would be anywhere; what main's loop never frees is live.
 *
 * expect: verdicts("make_tables") == ["static_like"]
 * expect: [by("make_tables")[].classes.static_like] | map(.blocks) | add == 16
 * expect: verdicts("make_once") == ["static_like"]
 * expect: verdicts("parse_configuration") == ["stack_like"]
 * expect: verdicts("leak_some") == ["live"]
 * expect: .classes.static_like.blocks == 16 + 1
 * expect: .classes.static_like.bytes == 16 * 256 + 5000
 * expect: .classes.live.blocks == 10 and .classes.live.bytes == 10 * 33
 * expect: .classes.stack_like.blocks == 1
 * expect: .init.known
 * expect: [.advice[] | [.kind, .function]] == [["static", "make_tables"]]
 * expect: [by("make_once")[].no_advice] ==
 *   ["1 block: the next run may not have as many, or as large"]
 */
#include <stdlib.h>

static void *volatile tables[16];
static void *volatile sink;

static __attribute__((noinline)) void make_tables(void)
{
	for (int i = 0; i < 16; i++)
		tables[i] = calloc(16, 16);
}

static __attribute__((noinline)) void parse_configuration(void)
{
	char *line = malloc(120);

	sink = line;
	free(line);
}

static __attribute__((constructor)) void before_main(void)
{
	make_tables();
	parse_configuration();
}

static __attribute__((noinline)) void make_once(void)
{
	sink = malloc(5000);
}

static __attribute__((noinline)) void leak_some(void)
{
	sink = malloc(33);
}

int main(void)
{
	make_once();
	for (int i = 0; i < 10; i++)
		leak_some();
	return 0;
}
