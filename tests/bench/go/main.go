// go: what a pair of malloc and free costs that Go makes by cgo; see ../bench.sh.
//
//	go ROUNDS PAIRS
//
// Prints, in nanoseconds of the thread's time, the least of ROUNDS: a pair of two calls into C, under
// 10, 20 and 40 frames of Go; a pair that C makes, in one call from Go; the same in a thread of C.
package main

/*
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>
#define STAYS __attribute__((noinline))

static void *volatile last;
STAYS static void *c_make(size_t size) {
	void *block = malloc(size);
	last = block;
	return block;
}
STAYS static void c_free(void *block) {
	last = block;
	free(block);
	last = 0;
}
STAYS static void c_pair(void) {
	void *block = malloc(100);
	last = block;
	free(block);
	last = 0;
}
STAYS static void c_pairs(long count) {
	for (long i = 0; i < count; i++)
		c_pair();
	last = 0;
}
static int64_t now_ns(void) {
	struct timespec time;
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
	return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}
struct work { long rounds, count; int64_t least; };
static void *thread_main(void *argument) {
	struct work *work = argument;
	for (long i = 0; i < work->rounds; i++) {
		int64_t begin = now_ns(), took;
		c_pairs(work->count);
		took = now_ns() - begin;
		work->least = i && work->least < took ? work->least : took;
	}
	return 0;
}
static int64_t c_thread(long rounds, long count) {
	struct work work = { rounds, count, 0 };
	pthread_t thread;
	pthread_create(&thread, 0, thread_main, &work);
	pthread_join(thread, 0);
	return work.least;
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
func pairs(count int) {
	for i := 0; i < count; i++ {
		C.c_free(C.c_make(100))
	}
}

//go:noinline
func under(frames, count int) int {
	if frames == 0 {
		pairs(count)
		return 0
	}
	return under(frames-1, count) + 1
}

func least(rounds int, run func()) float64 {
	least := int64(0)
	for i := 0; i < rounds; i++ {
		begin := int64(C.now_ns())
		run()
		took := int64(C.now_ns()) - begin
		if i == 0 || took < least {
			least = took
		}
	}
	return float64(least)
}

func main() {
	runtime.LockOSThread()
	rounds, _ := strconv.Atoi(os.Args[1])
	count, _ := strconv.Atoi(os.Args[2])
	// pairs(), under() and three outside of them are frames, too
	for _, frames := range []int{10, 20, 40} {
		took := least(rounds, func() { under(frames-7, count) })
		fmt.Printf("%.1f ", took/float64(count))
	}
	took := least(rounds, func() { C.c_pairs(C.long(count)) })
	fmt.Printf("%.1f ", took/float64(count))
	fmt.Printf("%.1f\n", float64(C.c_thread(C.long(rounds), C.long(count)))/float64(count))
}
