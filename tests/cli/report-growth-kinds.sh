#!/bin/bash
# Whether blocks grow is seen by events, too, and each time alike: a leak in a program that then waits
# is growing, until then; one that stopped is "grown", no cache, and what a local variable has at the
# end is no growth beside it. One large block makes its call site "once".
cat >grow.cpp <<'EOF'
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <list>
static std::list<char *> *leaks = new std::list<char *>;
static void *volatile sink;
static double now()
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}
static void sleep_until(double time)
{
	while (now() < time) {
		struct timespec pause = { 0, 1000000 };
		nanosleep(&pause, NULL);
	}
}
__attribute__((noinline)) static void leak_make() { leaks->push_back((char *)malloc(200)); }
__attribute__((noinline)) static void part_make(size_t size) { sink = malloc(size); }
/* as long as 0.6 of what came before */
__attribute__((noinline)) static void last_report(double start)
{
	double begin = now(), step = (begin - start) * 0.06;
	std::list<char *> all;

	for (int i = 1; i <= 10; i++) {
		for (int k = 0; k < 2000; k++)
			all.push_back(NULL);
		sleep_until(begin + i * step);
	}
}
int main(int count, char **words)
{
	double start = now();

	part_make(1 << 20);
	for (int i = 1; i <= 30; i++) {
		for (int k = 0; k < 50; k++)
			leak_make();
		sleep_until(now() + 0.004);
	}
	part_make(100);
	if (!strcmp(words[count - 1], "burst"))
		last_report(start);
	else
		sleep_until(now() + (now() - start) * 0.5);
	part_make(100);
	return 0;
}
EOF
"${CXX:-g++}" -g -O1 -fno-builtin -o grow grow.cpp || exit 77
for word in wait burst; do
	echo "$word"
	for _ in 1 2 3; do
		"$OUTLIVE" run -q -o trace -- ./grow $word 2>/dev/null
		"$OUTLIVE" report -f json trace | jq -r '"growing: \([.growth.sites[].function] | unique | join(" "))",
			(.sites[] | select(.live_kind != "" and (.frames[0].function | test("_make"))) | "\(.frames[0].function) \(.live_kind)")'
		COLUMNS=200 "$OUTLIVE" report --full trace >text
		sed -n '/growing  /,/^$/p' text | grep -oE 'grew until .* and not since|some call sites grew.*|leak_make[^(,]*KiB \(grew until' |
			sed -E 's/[0-9.]+ [a-zK]+/X/'
		grep -oE '^ +(grown|steady) .*(cache|end)' text | sed -E 's/ .* KiB +/ /'
	done | sed 's/(.*)//' | sort -u
done
