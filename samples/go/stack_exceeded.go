/*
 * stack_exceeded.go - "what happens if the stack memory is exceeded?" Go ends the process: a
 * goroutine's stack may grow to 1 GB, or to what debug.SetMaxStack() says, and then Go prints
 * "stack overflow" and exits with status 2. What the goroutine had allocated in C until then is
 * recorded, with its path.
 *
 * exit: 2
 * expect: count("main.before") == 3
 * expect: live("main.before") == 300
 * expect: by("main.before") | map(.exact.stacks_cut) | add == 0
 * expect: .lost.events == 0
 */
package main

// #include <stdlib.h>
import "C"

import "runtime/debug"

//go:noinline
func before() {
	C.malloc(100)
}

//go:noinline
func endless(calls int) int {
	return endless(calls+1) + calls
}

func main() {
	debug.SetMaxStack(1 << 20)
	before()
	before()
	before()
	println(endless(0))
}
