#!/bin/bash
# Why there is no advice: one deque of at most one node at a time is bounded, though its storage comes
# from two call paths of one line; what is freed before the next batch is made comes in batches; what
# comes and goes with a window, or partly so, is not one of these.
cat >deques.cpp <<'EOF'
#include <deque>
__attribute__((noinline)) static long small(long n)
{
	std::deque<long> queue;
	long sum = 0;

	for (long i = 0; i < n; i++)
		queue.push_back(i);
	while (!queue.empty()) {
		sum += queue.front();
		queue.pop_front();
	}
	return sum;
}
int main()
{
	long sum = 0;

	for (int i = 0; i < 3000; i++)
		sum += small(10);
	return sum == 0;
}
EOF
cat >batches.c <<'EOF'
#include <stdlib.h>
static void *blocks[500];
__attribute__((noinline)) static void *make(void) { void *volatile made = malloc(48); return made; }
__attribute__((noinline)) static void batches(void)
{
	for (int round = 0; round < 20; round++) {
		for (int i = 0; i < 500; i++)
			blocks[i] = make();
		for (int i = 0; i < 500; i++)
			free(blocks[i]);
	}
}
__attribute__((noinline)) static void *make_slot(void) { void *volatile made = malloc(56); return made; }
__attribute__((noinline)) static void window(void)
{
	for (int i = 0; i < 5000; i++) {
		if (i >= 100)
			free(blocks[i % 100]);
		blocks[i % 100] = make_slot();
	}
	for (int i = 0; i < 100; i++)
		free(blocks[i]);
}
__attribute__((noinline)) static void *make_some(void) { void *volatile made = malloc(64); return made; }
__attribute__((noinline)) static void halves(void)
{
	for (int round = 0; round < 20; round++) {
		for (int i = 0; i < 600; i++) {
			if (i >= 500)
				free(blocks[i - 500]);
			blocks[i % 500] = make_some();
		}
		for (int i = 0; i < 500; i++)
			free(blocks[i]);
	}
}
int main(void)
{
	batches();
	window();
	halves();
	return 0;
}
EOF
"${CXX:-g++}" -g -O2 -o deques deques.cpp && "${CC:-gcc}" -g -O1 -fno-builtin -o batches batches.c || exit 77
"$OUTLIVE" run -q -o deques.outlive -- ./deques
"$OUTLIVE" run -q -o batches.outlive -- ./batches
COLUMNS=200 "$OUTLIVE" report --why small deques.outlive | grep -oE 'most at once.*|none: .*'
for name in make make_slot make_some; do
	COLUMNS=200 "$OUTLIVE" report --why "$name" batches.outlive | grep -oE 'none: .*'
done
