// main.go - blocks of C by when they are made: by package init functions, by goroutines that these
// start, and by main.main. Sizes are the names of the cases. A part of main.main makes nothing in C
// before another goroutine does.
package main

// #include <stdlib.h>
// static void *make(int n) { return malloc(n); }
import "C"

import (
	"fmt"
	"os"
	"unsafe"
)

var kept []unsafe.Pointer
var keptInGo [][]byte

func keep(count, size int) {
	for i := 0; i < count; i++ {
		kept = append(kept, C.make(C.int(size)))
	}
}

var global = func() unsafe.Pointer { return C.make(2001) }() // by main.init
var globalString = C.CString("a global string of C, static-like")

func init() { // main.init.0
	keep(20, 2002)
	for i := 0; i < 10; i++ {
		keptInGo = append(keptInGo, make([]byte, 5000))
	}
}

func init() { // main.init.1
	keep(30, 2003)
	done := make(chan bool)
	go func() {
		keep(5, 2004)
		done <- true
	}()
	<-done
}

// main.main itself calls C late: what a goroutine of its makes first is of main all the same.
func main() {
	start := main // a function value of its own
	if len(os.Args) > 1 && os.Args[1] == "again" {
		os.Args = nil
		start()
		return
	}
	done := make(chan bool)
	go func() {
		keep(7, 2005)
		done <- true
	}()
	<-done
	keep(9, 2006)
	for i := 0; i < 10; i++ {
		C.free(C.make(2007))
	}
	fmt.Println(len(kept), C.GoString(globalString))
}
