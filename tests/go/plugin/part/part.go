// part.go - a plugin: its package makes blocks of C while it is opened, before any function of it is
// called by name.
package main

// #include <stdlib.h>
// static void *make(int n) { return malloc(n); }
import "C"

import "unsafe"

var kept []unsafe.Pointer

var global = C.make(3002)

func init() {
	for i := 0; i < 10; i++ {
		kept = append(kept, C.make(3003))
	}
}

//go:noinline
func keeps(size int) { kept = append(kept, C.make(C.int(size))) }

func Call(size int) { keeps(size) }

func main() {}
