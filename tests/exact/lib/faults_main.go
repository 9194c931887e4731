// Nil pointers that Go recovers from, in threads that C's allocator has seen; asked to, a
// crash in C or an overflow there, which Go reports in its own way.
package main

/*
#include <stdlib.h>
static int descend(int n)
{
	volatile char place[400];
	place[0] = n;
	return n > 100000000 ? 0 : descend(n + 1) + place[0];
}
static int crash(int *at) { return *at; }
static void *block(void) { return malloc(10); }
*/
import "C"

import (
	"fmt"
	"os"
)

type thing struct{ number int }

func look(at *thing) (result int) {
	defer func() {
		if recover() != nil {
			result = -1
		}
	}()
	return at.number
}

func deep(n int) int {
	if n == 0 {
		return 0
	}
	return deep(n-1) + 1
}

func main() {
	done := make(chan int)
	for i := 0; i < 20; i++ {
		go func() { C.free(C.block()); done <- look(nil) }()
	}
	sum := 0
	for i := 0; i < 20; i++ {
		sum += <-done
	}
	fmt.Println(sum, deep(1000000))
	if len(os.Args) > 1 && os.Args[1] == "overflow" {
		C.descend(0)
	} else if len(os.Args) > 1 {
		C.crash(nil)
	}
}
