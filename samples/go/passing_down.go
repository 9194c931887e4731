/*
 * passing_down.go - "passing down the stack", the first article's first program: main gives add()
 * the address of its variable, and neither leaves main. As it stood it did not compile: add() must
 * take *int, and what it returns must be used. Beside it, the same with a number in C's heap:
 * main.downInC makes it, C reads it, and it is freed before main.downInC returns. So its blocks
 * are stack-like. They are C's, so outlive has followed them up to where Go called C ("left C").
 *
 * expect: count("main.downInC") == 100
 * expect: bytes("main.downInC") == 400
 * expect: live("main.downInC") == 0
 * expect: verdicts("main.downInC") == ["stack_like"]
 * expect: owners("main.downInC") == ["main.downInC"]
 * expect: by("main.downInC") | map(.exact.left_c) | add == 100
 * expect: by("main.downInC") | map(.exact.stacks_cut) | add == 0
 * expect: by("main.downInC") | all(any(.frames[]; .function == "main.main" and
 *   (.file | endswith("passing_down.go")) and .line == 50))
 * expect: count("main.add") == 0
 * expect: .lost.events == 0
 */
package main

// #include <stdlib.h>
// static int add_in_c(int *number) { return *number + 10; }
import "C"

import (
	"fmt"
	"unsafe"
)

//go:noinline
func add(i *int) int {
	result := *i + 10
	return result
}

//go:noinline
func downInC() int {
	number := (*C.int)(C.malloc(C.sizeof_int))
	defer C.free(unsafe.Pointer(number))
	*number = 2
	return int(C.add_in_c(number))
}

func main() {
	num := 2
	fmt.Println(add(&num))
	sum := 0
	for i := 0; i < 100; i++ {
		sum += downInC()
	}
	fmt.Println(sum)
}
