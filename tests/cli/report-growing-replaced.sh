#!/bin/bash
# Containers that stay grow by ever larger blocks that replace each other, one in the second half
# of main if each is twice as large: that is growing, too. What is filled in one go, and the storage
# of containers that come and go, is not. Figures are counted here.
cat >replaced.cpp <<'EOC'
#include <stdlib.h>
#include <time.h>
#include <string>
#include <vector>
#define STEPS 1500
struct record { char bytes[200]; };
static std::vector<record> *history = new std::vector<record>;
static std::vector<record> *early = new std::vector<record>;
static std::vector<record> *late = new std::vector<record>;
static std::string *text = new std::string;
static double times[STEPS + 1];
static double now()
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}
static bool is_even(double part)
{
	int step = 0;

	while (times[step] < times[0] + part * (times[STEPS] - times[0]))
		step++;
	return step > (part - 0.06) * STEPS && step < (part + 0.06) * STEPS;
}
__attribute__((noinline)) static void remember(record &one) { history->push_back(one); }
__attribute__((noinline)) static void note() { *text += "a line of a log: 123456789012\n"; }
__attribute__((noinline)) static void fill(std::vector<record> *to, record &one)
{
	for (int i = 0; i < 700; i++)
		to->push_back(one);
}
__attribute__((noinline)) static unsigned long request(record &one, int count)
{
	std::vector<record> some;

	while (count--)
		some.push_back(one);
	return some.size();
}
int main(int, char **words)
{
	struct timespec pause = { 0, 1000 * atoi(words[1]) };
	record one = {};
	unsigned long sum = 0;

	for (int i = 0; i < STEPS; i++) {
		times[i] = now();
		remember(one);
		note();
		sum += request(one, i % 100);
		if (i == STEPS / 10)
			fill(early, one);
		if (i == STEPS * 7 / 10)
			fill(late, one);
		nanosleep(&pause, NULL);
	}
	times[STEPS] = now();
	if (!is_even(0.25) || !is_even(0.5) || !is_even(0.75))
		return 75;
	_Exit(sum ? 0 : 1);
}
EOC
# A busy machine runs the steps unevenly: then again, with longer ones.
record_evenly() {
	local pause
	for pause in 150 600 2400 9600; do
		"$OUTLIVE" run -q -o trace -- ./replaced $pause 2>/dev/null
		[ $? = 75 ] || return
	done
	echo "steps of $pause us were uneven, too"
}
for level in -O0 -O2; do
	"${CXX:-g++}" -g $level -o replaced replaced.cpp || exit 77
	record_evenly
	"$OUTLIVE" report -f json trace | jq -r --arg level "$level" '.growth.sites[] |
		"\($level) \(.function) \(.half_blocks) \(.end_blocks) \(.end_bytes / .half_bytes | round)"'
	"$OUTLIVE" report --why remember trace | grep '^ *growing'
done
