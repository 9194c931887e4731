/*
 * phases.c - load, main, exit, and two phases that the program names itself, of which one
 * comes back. What a constructor allocates, and what a destructor frees again, could have
 * been global; what main made and an exit handler frees was passed up, unless its call
 * made only that one.
 *
 * expect: [.phases[].name] == ["load", "main", "exit", "warm-up", "serve"]
 * expect: [.phases[].kind] == ["load", "main", "exit", "named", "named"]
 * expect: [.phases[].allocations] == [4, 17, 1, 5, 10]
 * expect: [.phases[].bytes] == [3 * 100 + 50, 2 * 200 + 5 * 30 + 10 * 40, 60, 5 * 30, 10 * 40]
 * expect: [.phases[].frees] == [1, 13, 6, 4, 9]
 * expect: [.phases[].spans] == [1, 1, 1, 2, 1]
 * expect: [.phases[] | .start_ns <= .end_ns] | all
 * expect: .phases[0].end_ns == .phases[1].start_ns and .phases[1].end_ns == .phases[2].start_ns
 * expect: .init.known and .init.end_ns == .phases[1].start_ns
 * expect: [innermost("before_main")[].verdict] | unique == ["static_like"]
 * expect: verdicts("scratch") == ["stack_like"]
 * expect: [by("pair_make")[].classes.escaping.blocks] | add == 2
 * expect: verdicts("at_exit") == ["static_like"]
 * expect: live("before_main") == 0 and .classes.static_like.blocks == 3 + 1
 * expect: [by("warm_up")[].classes | .escaping.blocks + .stack_like.blocks] | add == 5
 */
#include <outlive.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *tables[3], *pair[2], *warm;
static void *volatile sink;

static __attribute__((noinline)) void scratch(void)
{
	free(sink = malloc(50));
}

static __attribute__((constructor)) void before_main(void)
{
	for (int i = 0; i < 3; i++)
		tables[i] = malloc(100);
	scratch();
}

static __attribute__((destructor)) void after_all(void)
{
	for (int i = 0; i < 3; i++)
		free(tables[i]);
}

static __attribute__((noinline)) void *pair_make(void)
{
	return malloc(200);
}

static __attribute__((noinline)) void at_exit(void)
{
	free(pair[0]);
	free(pair[1]);
	free(warm);
	sink = malloc(60);
}

static __attribute__((noinline)) void warm_up(int count)
{
	for (int i = 0; i < count; i++) {
		free(warm);
		warm = malloc(30);
	}
}

static __attribute__((noinline)) void serve(int depth)
{
	void *block = malloc(40);

	if (depth > 1)
		serve(depth - 1);
	if (depth > 1 || !sink)
		free(block);
}

int main(void)
{
	atexit(at_exit);
	for (int i = 0; i < 2; i++)
		pair[i] = pair_make();
	outlive_phase("warm-up");
	warm_up(3);
	outlive_phase("serve");
	outlive_phase("serve"); /* goes on */
	serve(10);
	outlive_phase("warm-up");
	warm_up(2);
	outlive_phase(NULL);
	return 0;
}
