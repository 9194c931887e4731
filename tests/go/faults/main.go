// main.go - how programs of Go end: main.go CASE. The functions that the fault must be in are named
// after what they do.
package main

/*
#include <pthread.h>
#include <stdlib.h>

extern void calledBack(void);

static __attribute__((noinline)) void crashes(volatile int *at) {
	char *block = malloc(77);
	*at = 5;
	free(block);
}
static void call_crashes(void) { crashes(0); }
static void call_back(void) { calledBack(); }
static void *of_thread(void *at) { crashes(at); return 0; }
static void in_thread(void) {
	pthread_t thread;
	pthread_create(&thread, 0, of_thread, 0);
	pthread_join(thread, 0);
}
*/
import "C"

import (
	"os"
	"sync"
)

//go:noinline
func crashesInC() { C.call_crashes() }

//export calledBack
func calledBack() { crashesInC() }

//go:noinline
func reads(p *int) int {
	C.free(C.malloc(78))
	return *p
}

//go:noinline
func recovers() {
	defer func() { recover() }()
	reads(nil)
}

//go:noinline
func panics() { panic("it was asked to") }

//go:noinline
func unlocks() { new(sync.Mutex).Unlock() }

//go:noinline
func goes(f func()) {
	done := make(chan bool)
	go func() { f(); close(done) }()
	<-done
}

func main() {
	C.free(C.malloc(76))
	switch os.Args[1] {
	case "c":
		crashesInC()
	case "goroutine":
		goes(crashesInC)
	case "callback":
		C.call_back()
	case "thread":
		C.in_thread()
	case "nil":
		reads(nil)
	case "recovered":
		recovers()
	case "panic":
		goes(panics)
	case "recovered-panic":
		recovers()
		panics()
	case "fatal":
		unlocks()
	case "exit":
		recovers()
		os.Exit(3)
	}
}
