// main.go - how programs of Go end: main.go CASE. The functions that the fault must be in are named
// after what they do.
package main

/*
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

extern void calledBack(void);
extern void panicsBack(void);
extern void defers(void);

static __attribute__((noinline)) void crashes(volatile int *at) {
	char *block = malloc(77);
	*at = 5;
	free(block);
}
static void call_crashes(void) { crashes(0); }
static void call_back(void) { calledBack(); }
static __attribute__((noinline)) void call_panics(void) { panicsBack(); __asm__(""); }
static __attribute__((noinline)) void call_defers(void) { defers(); __asm__(""); }
static void *of_thread(void *at) { crashes(at); return 0; }
static void in_thread(void) {
	pthread_t thread;
	pthread_create(&thread, 0, of_thread, 0);
	pthread_join(thread, 0);
}

// A handler of C interrupts Go code, of this thread.
static pthread_t interrupted;
static volatile int taken;
static void handles(int number) { free(malloc(79)); taken++; }
static void *interrupts(void *none) {
	while (taken < 6) {
		usleep(2000);
		pthread_kill(interrupted, SIGUSR1);
	}
	return 0;
}
static void be_interrupted(void) {
	struct sigaction action = { .sa_handler = handles, .sa_flags = SA_ONSTACK };
	pthread_t thread;
	interrupted = pthread_self();
	sigaction(SIGUSR1, &action, 0);
	pthread_create(&thread, 0, interrupts, 0);
}
static int is_interrupted(void) { return taken >= 6; }
*/
import "C"

import (
	"os"
	"runtime"
	"sync"
)

//go:noinline
func crashesInC() { C.call_crashes() }

//export calledBack
func calledBack() { crashesInC() }

//export panicsBack
func panicsBack() { panics() }

// The panic has passed call_panics() when the deferred function calls C.
//
//export defers
func defers() {
	defer deferred()
	C.call_panics()
}

//go:noinline
func deferred() { C.free(C.malloc(80)) }

//go:noinline
func recoversBeyond() {
	defer func() { recover() }()
	C.call_defers()
}

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
func counts(n int) (sum int) {
	for i := 0; i < n; i++ {
		sum += i ^ sum
	}
	return
}

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
	case "panic-back":
		C.call_panics()
	case "deferred":
		recoversBeyond()
		recoversBeyond()
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
	case "signals":
		runtime.LockOSThread()
		C.be_interrupted()
		for C.is_interrupted() == 0 {
			counts(1000000)
		}
	case "exit":
		recovers()
		os.Exit(3)
	}
}
