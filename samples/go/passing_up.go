/*
 * passing_up.go - "passing up the stack", the first article's second program, and createPointer()
 * of the second: a function returns the address of its variable, which therefore is not on its
 * stack. As it stood it did not compile: getNum() must return *int, and num must be used. Beside
 * it, the same with a number in C's heap: main.getNumInC makes it, main.main frees it. So its
 * blocks escape, by one function of Go, to their owner main.main.
 *
 * expect: count("main.getNumInC") == 100
 * expect: bytes("main.getNumInC") == 400
 * expect: live("main.getNumInC") == 0
 * expect: verdicts("main.getNumInC") == ["escaping"]
 * expect: owners("main.getNumInC") == ["main.main"]
 * expect: by("main.getNumInC") | map(.exact.left_c) | add == 100
 * expect: by("main.getNumInC") | map(.exact.stacks_cut) | add == 0
 * expect: by("main.getNumInC") | all([.frames[].function] as $path |
 *   ($path | index("main.main")) - ($path | index("main.getNumInC")) == 1)
 * expect: .lost.events == 0
 */
package main

// #include <stdlib.h>
import "C"

import (
	"fmt"
	"unsafe"
)

//go:noinline
func getNum() *int {
	number := 7
	// This causes the variable number to be moved to the heap
	return &number
}

//go:noinline
func createPointer() *int {
	num := 42
	return &num // Escapes to heap
}

//go:noinline
func getNumInC() *C.int {
	number := (*C.int)(C.malloc(C.sizeof_int))
	*number = 7
	return number
}

func main() {
	fmt.Println(*getNum(), *createPointer())
	sum := 0
	for i := 0; i < 100; i++ {
		num := getNumInC()
		sum += int(*num)
		C.free(unsafe.Pointer(num))
	}
	fmt.Println(sum)
}
