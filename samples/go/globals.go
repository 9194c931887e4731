/*
 * globals.go - global variables and init(), the second article's programs of the data segment and
 * of initialization, in one file: one variable has its value at once, the other gets it from
 * init(), before main.main runs. Beside them, the same with strings of C, which no function frees:
 * they are static-like, and their call paths begin in the initialization of the package.
 *
 * expect: count("main.init") == 1
 * expect: bytes("main.init") == 26
 * expect: verdicts("main.init") == ["static_like"]
 * expect: count("main.init.0") == 1
 * expect: bytes("main.init.0") == 29
 * expect: verdicts("main.init.0") == ["static_like"]
 * expect: by("main.init.0") | all(any(.frames[]; .function == "runtime.doInit1" or
 *   .function == "runtime.doInit"))
 * expect: by("main.init.0") | map(.exact.stacks_cut) | add == 0
 * expect: count("main.main") == 0
 * expect: [.heaps.inits[] | select(.c_bytes > 0) | [.function, .c_allocations, .c_bytes, .c_live_bytes]][:2] ==
 *   [["main.init.0", 1, 29, 29], ["main.init", 1, 26, 26]]
 * expect: .lost.events == 0
 */
package main

// #include <stdlib.h>
import "C"

import "fmt"

var globalVar = "I am a global variable"
var laterVar string

var globalInC = C.CString("a string of C, 25 letters")
var laterInC *C.char

func init() {
	laterVar = "Initialized in init function"
	laterInC = C.CString(laterVar)
	fmt.Println("Init function executed")
}

func main() {
	fmt.Println(globalVar, laterVar, C.GoString(globalInC), C.GoString(laterInC))
}
