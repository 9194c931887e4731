#!/bin/bash
# A library that fakes the time lies over `outlive run` and what it records (as libfaketime
# does, which replaces syscall(), too): the recorder asks the kernel, and so does `outlive`.
# A run of a fifth of a second does not last years, nor do its snapshots of memory.
cat >faked.c <<'C'
#define _GNU_SOURCE
#include <stdarg.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
int clock_gettime(clockid_t clock, struct timespec *time)
{
	long result;

	__asm__ volatile("syscall" : "=a"(result) : "a"(SYS_clock_gettime), "D"((long)clock),
	                 "S"(time) : "rcx", "r11", "memory");
	time->tv_sec += 1500000000;
	return (int)result;
}
time_t time(time_t *seconds)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	if (seconds)
		*seconds = now.tv_sec;
	return now.tv_sec;
}
C
gcc -shared -fPIC -O1 faked.c -o faked.so || exit 2
# AddressSanitizer, where `outlive` is built with it, otherwise ends on a library before its own.
ASAN_OPTIONS=verify_asan_link_order=0 LD_PRELOAD=$PWD/faked.so "$OUTLIVE" run -o trace -- sleep 0.2 2>stderr
echo "status $?"
"$OUTLIVE" report -f json trace |
	jq -c '.process.duration_ns | . >= 200000000 and . < 60000000000'
"$OUTLIVE" info -f json trace | jq -c '.processes[] | .lost.events'
"$OUTLIVE" segments -f json trace | jq -c '.to_ns > 0 and .to_ns < 60000000000'
