#!/bin/bash
# A signal handler jumps out of whatever its thread is in, calls of outlive's own among them. Recordings
# can still be begun and ended, as soon as that thread has called anything of ours again.
set -u
cat >jumps.c <<'C'
#include <outlive.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define ROUNDS 500
#define TRIES 5000

static pthread_t target;
static sigjmp_buf back;
static volatile sig_atomic_t may_jump, jumps;
static _Atomic int ends;

static void on_signal(int number)
{
	(void)number;
	if (may_jump) {
		may_jump = 0;
		jumps++;
		siglongjmp(back, 1);
	}
}

static void *call(void *unused)
{
	while (!ends) {
		if (!sigsetjmp(back, 1)) {
			may_jump = 1;
			for (int i = 0; i < 1000 && !ends; i++)
				outlive_phase("phase");
		}
		may_jump = 0;
	}
	return unused;
}

static int begin(void)
{
	for (int i = 0; i < TRIES; i++) {
		if (outlive_start() == 0)
			return 0;
		usleep(100);
	}
	return -1;
}

int main(void)
{
	int refused = 0;

	signal(SIGUSR1, on_signal);
	pthread_create(&target, NULL, call, NULL);
	for (int i = 0; i < ROUNDS && refused < 3; i++) {
		refused += begin() != 0;
		for (int k = 0; k < 10; k++) {
			pthread_kill(target, SIGUSR1);
			usleep(50);
		}
		outlive_stop();
	}
	ends = 1;
	pthread_join(target, NULL);
	if (refused || !jumps)
		printf("%d jumps: outlive_start() refused %d times\n", (int)jumps, refused);
	return refused || !jumps;
}
C
gcc -O1 -g -pthread -I"$OUTLIVE_ROOT_DIR/include" -o jumps jumps.c || exit 1
bad=0
for options in '' '--start-after call' '--flight'; do
	# shellcheck disable=SC2086 # they are words
	if ! timeout 300 "$OUTLIVE" run -q --ring 1M -o jumps.outlive $options -- ./jumps 2>errors; then
		echo "with '$options': $(cat errors)"
		bad=1
	fi
done
exit $bad
