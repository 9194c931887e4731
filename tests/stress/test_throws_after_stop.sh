#!/bin/bash
# An exception is thrown after the program has ended its recording, while return stubs of that
# recording still stand in the frames that it passes: it is caught as without them, again and again.
set -u
cat >after.cpp <<'C'
#include <outlive.h>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
struct cleans {
	void *block = malloc(40);
	~cleans() { free(block); }
};
__attribute__((noinline)) static int throwing(int depth)
{
	cleans here;
	if (depth == 0)
		throw std::out_of_range("the bottom");
	return throwing(depth - 1) + (here.block != nullptr);
}
__attribute__((noinline)) static int deep(int depth)
{
	if (depth)
		return deep(depth - 1) + 1;
	for (int i = 0; i < 3; i++)
		free(malloc(10)); /* the frames get their stubs */
	if (outlive_stop())
		return -1000;
	return throwing(5);
}
int main()
{
	int caught = 0, begun = 0;
	for (int i = 0; i < 100; i++) {
		begun += outlive_start() == 0;
		try {
			deep(i % 20);
		} catch (const std::out_of_range &) {
			caught++;
		}
	}
	printf("%d begun, %d caught\n", begun, caught);
}
C
g++ -O1 -g -fno-builtin -I"$OUTLIVE_ROOT_DIR/include" -o after after.cpp || exit 1
bad=0
for options in '' '--start-after call' '--flight'; do
	# shellcheck disable=SC2086 # they are words
	"$OUTLIVE" run -q --ring 1M -o after.outlive $options -- ./after >output 2>errors
	if [ $? != 0 ] || [ "$(cat output)" != "100 begun, 100 caught" ]; then
		echo "with '$options': $(cat output errors)"
		bad=1
	fi
done
exit $bad
