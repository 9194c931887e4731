// callbacks: C calls Go, which calls C, nested three deep, as often as the argument says; some of them
// panic through the functions of C. Each has a block, freed before it returns or, if a panic passes
// it, by Go. See ../test_callbacks.sh.
package main

/*
#include <stdint.h>
#include <stdlib.h>
#define STAYS __attribute__((noinline))
extern void goInner(int depth, int number);
extern void goKeep(void *block);
static void *volatile last;

STAYS static void c_nest(int depth, int number) {
	void *block = malloc(3000 + (size_t)depth);
	last = block;
	goKeep(block);
	goInner(depth, number);
	goKeep(0);
	free(block);
	last = 0;
}
STAYS static void c_drop(void *block) {
	last = block;
	free(block);
	last = 0;
}
*/
import "C"

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"unsafe"
)

const deepest = 3

var kept []unsafe.Pointer
var calls, panics int

//export goKeep
func goKeep(block unsafe.Pointer) {
	if block != nil {
		kept = append(kept, block)
	} else {
		kept = kept[:len(kept)-1]
	}
}

//export goInner
func goInner(depth, number C.int) {
	calls++
	if depth < deepest {
		C.c_nest(depth+1, number)
	} else if number%1000 == 999 {
		panic(number)
	}
}

func nest(number int) {
	defer func() {
		if recover() == nil {
			return
		}
		panics++
		for _, block := range kept {
			C.c_drop(block)
		}
		kept = kept[:0]
	}()
	C.c_nest(1, C.int(number))
}

func main() {
	runtime.LockOSThread()
	times, _ := strconv.Atoi(os.Args[1])
	for i := 0; i < times; i++ {
		nest(i)
	}
	fmt.Println(calls, panics)
}
