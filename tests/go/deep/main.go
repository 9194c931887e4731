// deep: recursion deeper than the recorder keeps, with pairs of C at its end, and on the way.
// Prints what a pair took at the end, in nanoseconds of the thread's time, for each of its arguments,
// which are depths. See ../test_deep.sh.
package main

/*
#include <stdint.h>
#include <stdlib.h>
#include <time.h>
static void *volatile last;
static void pair(size_t size) {
	void *block = malloc(size);
	last = block;
	free(block);
	last = 0;
}
static int64_t now_ns(void) {
	struct timespec time;
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
	return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}
*/
import "C"

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
)

//go:noinline
func bottom() int64 {
	least := int64(0)
	for round := 0; round < 10; round++ {
		begin := int64(C.now_ns())
		for i := 0; i < 100; i++ {
			C.pair(1111)
		}
		took := int64(C.now_ns()) - begin
		if round == 0 || took < least {
			least = took
		}
	}
	return least / 100
}

//go:noinline
func down(depth int, everywhere bool) int64 {
	if depth == 0 {
		return bottom()
	}
	if everywhere && depth%64 == 0 {
		C.pair(2222)
	}
	return down(depth-1, everywhere) + 1
}

func main() {
	runtime.LockOSThread()
	for _, argument := range os.Args[1:] {
		depth, _ := strconv.Atoi(argument)
		down(depth, true)
		fmt.Println(depth, down(depth, false)-int64(depth))
	}
}
